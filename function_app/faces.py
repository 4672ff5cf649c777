"""What the Face API service says of a picture, and what this room asks of such a service."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

VisitKind = Literal["new", "returning", "present", "unknown"]


@dataclass(frozen=True, slots=True)
class Face:
    """One face. `age` in years; `emotion` maps each of EMOTIONS to 0…1; None where not asked for or not known.

    `face_id` is empty when no visitor memory is kept.
    """

    face_id: str
    age: float | None = None
    gender: Literal["female", "male"] | None = None
    emotion: Mapping[str, float] | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """What the visitor memory knows of a face. `first_at_camera`: this visit was not seen at this camera before."""

    kind: VisitKind
    first_at_camera: bool


class FaceService(Protocol):
    """The Face API with its visitor memory."""

    def reads_a_blank_picture(self) -> bool:
        """Whether it does its work at the moment: if so, what it failed on just now is itself at fault."""

    def detect(self, picture: bytes, /) -> Sequence[Face]:
        """The faces of a picture, largest first. Raises PictureUnreadable or a Passing error."""

    def observe(
        self, observation_id: str, seen_at: datetime, camera: str, face_ids: Sequence[str], /
    ) -> Sequence[Visit]:
        """One visit for each face id, in that order; the same answer for the same observation. Raises Passing.

        Without a visitor memory every visit is `unknown`, and the first at its camera: nobody is recognised.
        """
