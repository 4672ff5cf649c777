"""The bodies of the visitor memory, our extension of the contract."""

from typing import Annotated
from uuid import UUID

from fastapi import Path
from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, StringConstraints

from face_api.contract.body import Body
from face_api.contract.values import FaceId
from face_api.memory.visits import VisitKind

CameraName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
MemoryName = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9_\-]{0,62}$", description="e.g. the store's name")]


def _each_once(face_ids: list[UUID]) -> list[UUID]:
    if len(set(face_ids)) < len(face_ids):
        raise ValueError("a face is given twice")
    return face_ids


class Observation(Body):
    """The faces of one camera's picture. The same `observationId` again changes nothing and is answered the same."""

    model_config = ConfigDict(extra="forbid")

    observation_id: Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[\x20-\x7e]+$")]
    seen_at: AwareDatetime
    camera: CameraName
    face_ids: Annotated[list[FaceId], Field(max_length=100), AfterValidator(_each_once)]


class ObservedFace(Body):
    """Who a face is to this memory; `firstAtCamera`: this visit of theirs was not seen at this camera before."""

    face_id: str
    visit: VisitKind
    first_at_camera: bool


class Forgotten(Body):
    """How many visitors were forgotten; one person may have been taken for several."""

    forgotten: int
