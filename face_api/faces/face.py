"""The vocabulary of a face: where it is, how it lies, what it shows."""

from dataclasses import dataclass, field
from enum import StrEnum

from face_api.faces.template import Template
from vision.boxes import Array, Box


class Attribute(StrEnum):
    """What can be said about a face, by its name in the contract."""

    AGE = "age"
    GENDER = "gender"
    EMOTION = "emotion"
    SMILE = "smile"
    HEAD_POSE = "headPose"
    BLUR = "blur"
    EXPOSURE = "exposure"
    NOISE = "noise"
    QUALITY = "qualityForRecognition"


@dataclass(frozen=True, eq=False)
class LocatedFace:
    """A face in an upright picture. `box`: pixels, inside the picture; `points`: the mesh, [468, 3], pixels."""

    box: Box
    points: Array

    @property
    def size(self) -> float:
        """The shorter side in pixels, by which the contract measures a face."""
        return min(self.box.width, self.box.height)


@dataclass(frozen=True)
class HeadPose:
    """Degrees; 0, 0, 0 looks into the camera. roll: positive with the head tilted clockwise in the picture; yaw:
    positive towards the picture's right; pitch: positive upwards."""

    roll: float
    yaw: float
    pitch: float


@dataclass(frozen=True)
class Sharpness:
    """How well a face can be seen: `blur` and `noise` 0 (none) … 1, `exposure` 0 (black) … 1 (white)."""

    blur: float
    exposure: float
    noise: float


@dataclass(frozen=True)
class Emotions:
    """Shares that add up to 1. The model knows no contempt, which therefore is always 0."""

    anger: float
    disgust: float
    fear: float
    happiness: float
    neutral: float
    sadness: float
    surprise: float
    contempt: float = 0.0


@dataclass(frozen=True, eq=False)
class AnalyzedFace:
    """A face with everything that was asked for; None is what was not. `age` in years, `male` 0 … 1."""

    face: LocatedFace
    pose: HeadPose
    sharpness: Sharpness
    quality: float
    template: Template | None = field(default=None, repr=False)
    age: float | None = None
    male: float | None = None
    emotions: Emotions | None = None
