"""What `detect` answers."""

from face_api.contract.body import Body
from face_api.contract.values import FaceRectangle, RecognitionModel


class Coordinate(Body):
    """Pixels of the upright picture."""

    x: float
    y: float


class Emotion(Body):
    """Shares that add up to 1; contempt is always 0."""

    anger: float
    contempt: float
    disgust: float
    fear: float
    happiness: float
    neutral: float
    sadness: float
    surprise: float


class HeadPose(Body):
    """Degrees."""

    roll: float
    yaw: float
    pitch: float


class Blur(Body):
    """`value` 0 … 1; Low under 0.25, High from 0.75."""

    blur_level: str
    value: float


class Exposure(Body):
    """`value` 0 … 1; GoodExposure from 0.25 to 0.75."""

    exposure_level: str
    value: float


class Noise(Body):
    """`value` 0 … 1; Low under 0.3, High from 0.7."""

    noise_level: str
    value: float


class FaceAttributes(Body):
    """Only what was asked for."""

    age: float | None = None
    gender: str | None = None
    smile: float | None = None
    head_pose: HeadPose | None = None
    emotion: Emotion | None = None
    blur: Blur | None = None
    exposure: Exposure | None = None
    noise: Noise | None = None
    quality_for_recognition: str | None = None


class DetectedFace(Body):
    """One face of the picture."""

    face_id: str | None = None
    recognition_model: RecognitionModel | None = None
    face_rectangle: FaceRectangle
    face_landmarks: dict[str, Coordinate] | None = None
    face_attributes: FaceAttributes | None = None
