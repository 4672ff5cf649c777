"""Values that several bodies and parameters share."""

from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from fastapi import Path, Query
from pydantic import Field, StringConstraints

from face_api.contract.body import Body


class _Label(StrEnum):
    """A word of the contract, taken in any case."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        return next((label for label in cls if isinstance(value, str) and label == value.lower()), None)


class RecognitionModel(_Label):
    """Labels of the contract. One model stands behind all of them, yet faces of different labels are not compared."""

    R01 = "recognition_01"
    R02 = "recognition_02"
    R03 = "recognition_03"
    R04 = "recognition_04"


class DetectionModel(_Label):
    """Labels of the contract: they decide which attributes may be asked for."""

    D01 = "detection_01"
    D02 = "detection_02"
    D03 = "detection_03"


class FaceRectangle(Body):
    """Whole pixels of the upright picture."""

    top: int
    left: int
    width: int
    height: int


FaceId = Annotated[UUID, Field(description="a faceId that `detect` has answered")]
FaceListId = Annotated[str, Path(alias="faceListId", pattern=r"^[a-z0-9\-_]+$", min_length=1, max_length=64)]
LargeFaceListId = Annotated[str, Path(alias="largeFaceListId", pattern=r"^[a-z0-9\-_]+$", min_length=1, max_length=64)]
PersistedFaceId = Annotated[UUID, Path(alias="persistedFaceId")]
UserData = Annotated[str, StringConstraints(max_length=16384, pattern=r"^[^\x00]*$")]
FaceUserData = Annotated[str, StringConstraints(max_length=1024, pattern=r"^[^\x00]*$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[^\x00]*$")]
TargetFace = Annotated[
    str | None,
    Query(
        alias="targetFace",
        pattern=r"^[0-9]{1,6},[0-9]{1,6},[0-9]{1,6},[0-9]{1,6}$",
        description="left,top,width,height of the face to add; needed if the picture shows several",
    ),
]
FaceDataQuery = Annotated[FaceUserData | None, Query(alias="userData")]
DetectionModelQuery = Annotated[DetectionModel, Query(alias="detectionModel")]
WithModel = Annotated[bool, Query(alias="returnRecognitionModel")]
Start = Annotated[str, Query(max_length=64, pattern=r"^[^\x00]*$", description="list what comes after this id")]
Top = Annotated[int, Query(ge=1, le=1000)]
