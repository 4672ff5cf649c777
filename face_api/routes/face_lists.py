"""/face/v1.0/facelists: up to 64 lists of up to 1,000 faces, searched as they are."""

from fastapi import APIRouter, Request, Response

from face_api.contract.face_lists import (
    AddedFace,
    FaceListSummary,
    FaceListWithFaces,
    ListChange,
    ListedFace,
    NewList,
)
from face_api.contract.values import (
    DetectionModel,
    DetectionModelQuery,
    FaceDataQuery,
    FaceListId,
    PersistedFaceId,
    TargetFace,
    WithModel,
)
from face_api.pictures.body import PICTURE_BODY
from face_api.routes.persisted_faces import FaceAdder
from face_api.storage.face_lists import FaceLists


def face_list_routes(lists: FaceLists, adder: FaceAdder) -> APIRouter:
    """Create, read, change and delete lists and their faces."""
    routes = APIRouter(prefix="/facelists", tags=["face lists"])

    @routes.put("/{faceListId}", response_class=Response)
    def create(list_id: FaceListId, body: NewList) -> Response:
        """Creates an empty list."""
        lists.create(list_id, body.name, body.user_data, body.recognition_model)
        return Response()

    @routes.get("", response_model_exclude_none=True)
    def all_lists(*, with_model: WithModel = False) -> list[FaceListSummary]:
        """All lists, without their faces."""
        return [FaceListSummary.of(one, with_model=with_model) for one in lists.all()]

    @routes.get("/{faceListId}", response_model_exclude_none=True)
    def get(list_id: FaceListId, *, with_model: WithModel = False) -> FaceListWithFaces:
        """A list with its faces."""
        answer = FaceListWithFaces.of(lists.get(list_id), with_model=with_model)
        answer.persisted_faces = [ListedFace.of(face) for face in lists.faces(list_id)]
        return answer

    @routes.patch("/{faceListId}", response_class=Response)
    def update(list_id: FaceListId, body: ListChange) -> Response:
        """Changes a list's name or user data."""
        lists.update(list_id, body.name, body.user_data)
        return Response()

    @routes.delete("/{faceListId}", response_class=Response)
    def delete(list_id: FaceListId) -> Response:
        """Deletes a list and its faces."""
        lists.delete(list_id)
        return Response()

    @routes.post("/{faceListId}/persistedfaces", openapi_extra=PICTURE_BODY)
    async def add_face(
        request: Request,
        list_id: FaceListId,
        *,
        target_face: TargetFace = None,
        user_data: FaceDataQuery = None,
        detection_model: DetectionModelQuery = DetectionModel.D01,  # noqa: ARG001
    ) -> AddedFace:
        """Adds the face of a picture."""
        return await adder.add(request, list_id, target_face, user_data)

    @routes.delete("/{faceListId}/persistedfaces/{persistedFaceId}", response_class=Response)
    def delete_face(list_id: FaceListId, face_id: PersistedFaceId) -> Response:
        """Deletes a face."""
        lists.delete_face(list_id, str(face_id))
        return Response()

    return routes
