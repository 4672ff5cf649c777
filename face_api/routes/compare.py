"""POST /face/v1.0/findsimilars, /verify, /group; /identify says that it is not offered."""

import numpy as np
from fastapi import APIRouter

from face_api.contract.compare import (
    FindSimilarRequest,
    GroupRequest,
    GroupResult,
    MatchMode,
    SimilarFace,
    VerifyRequest,
    VerifyResult,
)
from face_api.errors import BadArgument, UnsupportedFeature
from face_api.faces.template import distance
from face_api.matching.confidence import IDENTICAL, confidence
from face_api.matching.grouping import group_faces
from face_api.matching.search import most_similar
from face_api.storage.face_ids import FaceIds, KnownFace
from face_api.storage.face_lists import FaceLists

_NO_PERSONS = "this service keeps no person groups: compare faces, or keep them in a face list"


def compare_routes(face_ids: FaceIds, lists: FaceLists, large_lists: FaceLists) -> APIRouter:
    """Which faces show the same person?"""
    routes = APIRouter(tags=["face"])

    @routes.post("/findsimilars", response_model_exclude_none=True)
    def find_similar(body: FindSimilarRequest) -> list[SimilarFace]:
        """The faces of a list, or among given ones, most like a face."""
        if [body.face_list_id, body.large_face_list_id, body.face_ids].count(None) != 2:
            raise BadArgument("give exactly one of faceListId, largeFaceListId and faceIds")
        (face,) = face_ids.get([str(body.face_id)])
        count, person = body.max_num_of_candidates_returned, body.mode is MatchMode.MATCH_PERSON
        if body.face_ids:
            others = face_ids.get(list(dict.fromkeys(str(other) for other in body.face_ids)))
            _same_model([face, *others])
            batch = [other.face_id for other in others], np.stack([other.template.vector for other in others])
            found = most_similar(face.template.vector, [batch], count, same_person_only=person)
            return [SimilarFace(face_id=one.face_id, confidence=one.confidence) for one in found]
        within, list_id = (lists, body.face_list_id) if body.face_list_id else (large_lists, body.large_face_list_id)
        if within.get(str(list_id)).recognition_model != face.recognition_model:
            raise BadArgument("the face and the list have different recognition models")
        found = most_similar(face.template.vector, within.searchable(str(list_id)), count, same_person_only=person)
        return [SimilarFace(persisted_face_id=one.face_id, confidence=one.confidence) for one in found]

    @routes.post("/verify")
    def verify(body: VerifyRequest) -> VerifyResult:
        """Do two faces show the same person?"""
        if body.person_id is not None:
            raise UnsupportedFeature(_NO_PERSONS)
        if body.face_id1 is None or body.face_id2 is None:
            raise BadArgument("faceId1 and faceId2 are needed")
        one, other = face_ids.get([str(body.face_id1), str(body.face_id2)])
        _same_model([one, other])
        sure = confidence(distance(one.template.vector, other.template.vector))
        return VerifyResult(is_identical=sure >= IDENTICAL, confidence=sure)

    @routes.post("/group")
    def group(body: GroupRequest) -> GroupResult:
        """Faces put together by person."""
        faces = face_ids.get(list(dict.fromkeys(str(face_id) for face_id in body.face_ids)))
        _same_model(faces)
        groups, messy = group_faces(
            [face.face_id for face in faces], np.stack([face.template.vector for face in faces])
        )
        return GroupResult(groups=groups, messy_group=messy)

    @routes.post("/identify", response_model=None)
    def identify() -> None:
        """Not offered: it needs person groups, and nobody is known by name here."""
        raise UnsupportedFeature(_NO_PERSONS)

    return routes


def _same_model(faces: list[KnownFace]) -> None:
    if len({face.recognition_model for face in faces}) > 1:
        raise BadArgument("the faces were detected with different recognition models")
