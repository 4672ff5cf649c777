"""What the Face API service says of a picture, and what this room asks of such a service."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

VisitKind = Literal["new", "returning", "present", "unknown"]
EMOTIONS = ("anger", "contempt", "disgust", "fear", "happiness", "neutral", "sadness", "surprise")


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
    """What the visitor memory knows of a face. `dwell_seconds` ≥ 0, since first seen in this visit."""

    kind: VisitKind
    dwell_seconds: float


class FaceService(Protocol):
    """The Face API with its visitor memory."""

    def detect(self, picture: bytes, /) -> Sequence[Face]:
        """The faces of a picture, largest first. Raises PictureUnreadable or a Passing error."""

    def observe(self, observation_id: str, seen_at: datetime, face_ids: Sequence[str], /) -> Sequence[Visit]:
        """One visit for each face id, in that order; the same answer for the same observation. Raises Passing.

        Without a visitor memory every visit is `unknown`.
        """
