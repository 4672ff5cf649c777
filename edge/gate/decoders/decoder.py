"""What every decoder offers."""

from typing import Protocol

from edge.gate.detections import Detections, Outputs
from edge.gate.preparation import Preparation


class Decoder(Protocol):
    """Knows one family of models: what goes in, and what comes out."""

    @property
    def preparation(self) -> Preparation:
        """What goes in."""

    @property
    def classes(self) -> int | None:
        """How many classes the model tells apart; None if its tensors don't say."""

    def decode(self, outputs: Outputs, threshold: float) -> Detections:
        """Everything that scores at least `threshold`, each thing once."""
