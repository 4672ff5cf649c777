"""Those who look too young for anything to be kept or said of them."""

from dataclasses import dataclass

from face_api.faces.face import AnalyzedFace, Attribute


@dataclass(frozen=True)
class LeastAge:
    """Faces estimated to be younger than `years` are spared: no template, no attribute. 0: nobody is."""

    years: float = 0.0

    def asked(self, attributes: frozenset[Attribute]) -> frozenset[Attribute]:
        """What must be asked of a face so that its age can be judged."""
        return attributes | {Attribute.AGE} if self.years else attributes

    def spares(self, face: AnalyzedFace) -> bool:
        """Whether this face looks too young; it was analyzed for what `asked` says."""
        return face.age is not None and face.age < self.years
