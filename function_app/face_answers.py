"""The Face API's answers, checked: whatever else comes is a FaceApiAnswerInvalid."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StrictBool, StringConstraints, TypeAdapter, ValidationError

from function_app.errors import FaceApiAnswerInvalid
from function_app.faces import Face, Visit, VisitKind
from function_app.settings import Attribute

MAX_FACES = 100
Score = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
FaceId = Annotated[str, StringConstraints(pattern=r"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$")]


class _Emotion(BaseModel):
    anger: Score
    contempt: Score
    disgust: Score
    fear: Score
    happiness: Score
    neutral: Score
    sadness: Score
    surprise: Score


class _Attributes(BaseModel):
    age: Annotated[float, Field(ge=0, le=150, allow_inf_nan=False)] | None = None
    gender: Literal["female", "male"] | None = None
    emotion: _Emotion | None = None


class _DetectedFace(BaseModel):
    face_id: FaceId | Literal[""] = Field("", alias="faceId")
    attributes: _Attributes = Field(_Attributes(), alias="faceAttributes")


class _Observed(BaseModel):
    face_id: FaceId = Field(alias="faceId")
    visit: VisitKind
    first_at_camera: StrictBool = Field(alias="firstAtCamera")


class _Fault(BaseModel):
    code: Annotated[str, StringConstraints(pattern="^[A-Za-z0-9]{1,40}$")]


class _Refusal(BaseModel):
    error: _Fault


_DETECTED = TypeAdapter(Annotated[list[_DetectedFace], Field(max_length=MAX_FACES)])
_OBSERVED = TypeAdapter(Annotated[list[_Observed], Field(max_length=MAX_FACES)])


def faces(body: bytes, wanted: Sequence[Attribute], with_ids: bool = True) -> list[Face]:
    """Read a detect answer; what was not `wanted` is dropped. Raises FaceApiAnswerInvalid."""
    try:
        detected = _DETECTED.validate_json(body)
    except ValidationError:
        raise FaceApiAnswerInvalid("the Face API's detect answer breaks its contract") from None
    ids = {face.face_id for face in detected}
    if with_ids and ("" in ids or len(ids) < len(detected)):
        raise FaceApiAnswerInvalid("the Face API gave a face no id, or two faces one")
    return [_face(face, wanted, with_ids) for face in detected]


def visits(body: bytes, face_ids: Sequence[str]) -> list[Visit]:
    """Read an observe answer, put in the order of `face_ids`. Raises FaceApiAnswerInvalid."""
    try:
        observed = {entry.face_id: entry for entry in _OBSERVED.validate_json(body)}
    except ValidationError:
        raise FaceApiAnswerInvalid("the Face API's observe answer breaks its contract") from None
    if not observed.keys() >= set(face_ids):
        raise FaceApiAnswerInvalid("the Face API's observe answer leaves out a face")
    return [Visit(observed[face_id].visit, observed[face_id].first_at_camera) for face_id in face_ids]


def fault_code(body: bytes) -> str:
    """The code in `{"error": {"code": …}}`, or "" where there is none."""
    try:
        return _Refusal.model_validate_json(body).error.code
    except ValidationError:
        return ""


def _face(detected: _DetectedFace, wanted: Sequence[Attribute], with_ids: bool) -> Face:
    found = detected.attributes
    return Face(
        detected.face_id if with_ids else "",
        age=found.age if "age" in wanted else None,
        gender=found.gender if "gender" in wanted else None,
        emotion=found.emotion.model_dump() if found.emotion and "emotion" in wanted else None,
    )
