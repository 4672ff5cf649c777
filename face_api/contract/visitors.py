"""The bodies of the visitor memory, our extension of the contract."""

from typing import Annotated
from uuid import UUID

from fastapi import Path
from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, StringConstraints

from face_api.contract.body import Body
from face_api.contract.values import FaceId
from face_api.memory.visits import VisitKind

MemoryName = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9_\-]{0,62}$", description="e.g. the store's name")]


def _each_once(face_ids: list[UUID]) -> list[UUID]:
    if len(set(face_ids)) < len(face_ids):
        raise ValueError("a face is given twice")
    return face_ids


class Observation(Body):
    """The faces of one picture. The same `observationId` again changes nothing and is answered the same."""

    model_config = ConfigDict(extra="forbid")

    observation_id: Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[\x20-\x7e]+$")]
    seen_at: AwareDatetime
    face_ids: Annotated[list[FaceId], Field(max_length=100), AfterValidator(_each_once)]


class ObservedFace(Body):
    """Who a face is to this memory. `visits` counts this one; `dwellSeconds` is since the visit began."""

    face_id: str
    visit: VisitKind
    visits: int
    dwell_seconds: int


class Forgotten(Body):
    """How many visitors were forgotten."""

    forgotten: int
