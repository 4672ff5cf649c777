"""The bodies of findsimilars, verify, group and identify."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from face_api.contract.body import Body
from face_api.contract.values import FaceId

ListName = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[a-z0-9\-_]+$")]


class MatchMode(StrEnum):
    """matchPerson: only faces taken for the same person; matchFace: whatever is nearest."""

    MATCH_PERSON = "matchPerson"
    MATCH_FACE = "matchFace"


class FindSimilarRequest(Body):
    """Exactly one of faceListId, largeFaceListId and faceIds says where to look."""

    face_id: FaceId
    face_list_id: ListName | None = None
    large_face_list_id: ListName | None = None
    face_ids: Annotated[list[FaceId], Field(min_length=1, max_length=1000)] | None = None
    max_num_of_candidates_returned: Annotated[int, Field(ge=1, le=1000)] = 20
    mode: MatchMode = MatchMode.MATCH_PERSON


class SimilarFace(Body):
    """`faceId` if faceIds were searched, else `persistedFaceId`."""

    face_id: str | None = None
    persisted_face_id: str | None = None
    confidence: float


class VerifyRequest(Body):
    """Two faces. The contract's other form, a face and a person of a person group, is not offered."""

    face_id1: Annotated[FaceId | None, Field(alias="faceId1")] = None
    face_id2: Annotated[FaceId | None, Field(alias="faceId2")] = None
    face_id: FaceId | None = None
    person_id: str | None = None


class VerifyResult(Body):
    """Whether two faces are one person's: a confidence of 0.5 or more."""

    is_identical: bool
    confidence: float


class GroupRequest(Body):
    """2 to 1,000 faces."""

    face_ids: Annotated[list[FaceId], Field(min_length=2, max_length=1000)]


class GroupResult(Body):
    """Groups of one person's faces, largest first, and the faces like no other."""

    groups: list[list[str]]
    messy_group: list[str]
