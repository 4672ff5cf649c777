"""What a client may ask of a face, with which detection model; and how a face is put into the contract's words."""

from face_api.contract.detect import (
    Blur,
    Coordinate,
    DetectedFace,
    Emotion,
    Exposure,
    FaceAttributes,
    HeadPose,
    Noise,
)
from face_api.contract.values import DetectionModel, FaceRectangle, RecognitionModel
from face_api.errors import BadArgument, UnsupportedFeature
from face_api.faces.face import AnalyzedFace, Attribute
from face_api.faces.landmarks import landmarks

_NO_MODEL = frozenset({"facialHair", "glasses", "hair", "makeup", "occlusion", "accessories", "mask"})
_SPELLINGS = {name.lower(): str(name) for name in (*Attribute, *_NO_MODEL)}
_OFFERED = {
    DetectionModel.D01: frozenset(Attribute),
    DetectionModel.D02: frozenset[Attribute](),
    DetectionModel.D03: frozenset(
        {Attribute.HEAD_POSE, Attribute.BLUR, Attribute.EXPOSURE, Attribute.NOISE, Attribute.QUALITY}
    ),
}
_QUALITY_MODELS = frozenset({RecognitionModel.R03, RecognitionModel.R04})


def wanted_attributes(names: str, detection: DetectionModel, recognition: RecognitionModel) -> frozenset[Attribute]:
    """From the comma list of a request, in any case. Raises BadArgument or UnsupportedFeature."""
    words = [name.strip() for name in names.split(",") if name.strip()]
    given = [_SPELLINGS.get(name.lower(), name) for name in words]
    if unknown := [name for name in given if name not in _SPELLINGS.values()]:
        raise BadArgument(f"returnFaceAttributes: there is no attribute {unknown[0][:40]!r}")
    if missing := [name for name in given if name in _NO_MODEL]:
        raise UnsupportedFeature(f"returnFaceAttributes: this service has no model for {', '.join(missing)}")
    wanted = frozenset(Attribute(name) for name in given)
    if other := wanted - _OFFERED[detection]:
        raise BadArgument(f"returnFaceAttributes: {', '.join(sorted(other))} need detectionModel detection_01")
    if Attribute.QUALITY in wanted and recognition not in _QUALITY_MODELS:
        raise BadArgument("returnFaceAttributes: qualityForRecognition needs recognition_03 or recognition_04")
    return wanted


def detected_face(
    face: AnalyzedFace,
    scale: float,
    *,
    wanted: frozenset[Attribute],
    with_landmarks: bool,
    face_id: str | None,
    recognition_model: RecognitionModel | None,
) -> DetectedFace:
    """One face of the answer; scale: pixels of the picture as it was sent for each pixel of the face's coordinates."""
    marks = landmarks(face.face.points) if with_landmarks else None
    return DetectedFace(
        face_id=face_id,
        recognition_model=recognition_model,
        face_rectangle=rectangle(face, scale),
        face_landmarks=marks
        and {n: Coordinate(x=round(x * scale, 1), y=round(y * scale, 1)) for n, (x, y) in marks.items()},
        face_attributes=_attributes(face, wanted) if wanted else None,
    )


def rectangle(face: AnalyzedFace, scale: float) -> FaceRectangle:
    """In whole pixels of the picture as it was sent."""
    box = face.face.box
    left, top = int(box.x1 * scale), int(box.y1 * scale)
    return FaceRectangle(top=top, left=left, width=round(box.width * scale), height=round(box.height * scale))


def _attributes(face: AnalyzedFace, wanted: frozenset[Attribute]) -> FaceAttributes:
    seen, emotions = face.sharpness, face.emotions
    answer = FaceAttributes()
    if face.age is not None and Attribute.AGE in wanted:
        answer.age = round(face.age, 1)
    if face.male is not None:
        answer.gender = "male" if face.male >= 0.5 else "female"
    if emotions and Attribute.EMOTION in wanted:
        answer.emotion = Emotion(**{name: round(share, 3) for name, share in vars(emotions).items()})
    if emotions and Attribute.SMILE in wanted:
        answer.smile = round(emotions.happiness, 3)
    if Attribute.HEAD_POSE in wanted:
        answer.head_pose = HeadPose(**{name: round(angle, 1) for name, angle in vars(face.pose).items()})
    if Attribute.BLUR in wanted:
        answer.blur = Blur(blur_level=_level(seen.blur, 0.25, 0.75), value=round(seen.blur, 2))
    if Attribute.EXPOSURE in wanted:
        level = _level(seen.exposure, 0.25, 0.75, ("UnderExposure", "GoodExposure", "OverExposure"))
        answer.exposure = Exposure(exposure_level=level, value=round(seen.exposure, 2))
    if Attribute.NOISE in wanted:
        answer.noise = Noise(noise_level=_level(seen.noise, 0.3, 0.7), value=round(seen.noise, 2))
    if Attribute.QUALITY in wanted:
        answer.quality_for_recognition = _level(face.quality, 0.15, 0.5, ("low", "medium", "high"))
    return answer


def _level(value: float, middle: float, high: float, names: tuple[str, str, str] = ("Low", "Medium", "High")) -> str:
    return names[0] if value < middle else names[1] if value < high else names[2]
