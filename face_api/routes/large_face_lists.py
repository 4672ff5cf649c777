"""/face/v1.0/largefacelists: up to 64 lists of up to 100,000 faces, searched as they were at the last training."""

from fastapi import APIRouter, Request, Response

from face_api.contract.face_lists import (
    AddedFace,
    FaceChange,
    LargeFaceListSummary,
    ListChange,
    ListedFace,
    NewList,
    TrainingStatus,
)
from face_api.contract.values import (
    DetectionModel,
    DetectionModelQuery,
    FaceDataQuery,
    LargeFaceListId,
    PersistedFaceId,
    Start,
    TargetFace,
    Top,
    WithModel,
)
from face_api.errors import LargeFaceListNotTrained
from face_api.pictures.body import PICTURE_BODY
from face_api.routes.persisted_faces import FaceAdder
from face_api.storage.face_lists import FaceLists


def large_face_list_routes(lists: FaceLists, adder: FaceAdder) -> APIRouter:
    """Create, read, change and delete lists and their faces."""
    routes = APIRouter(prefix="/largefacelists", tags=["large face lists"])

    @routes.put("/{largeFaceListId}", response_class=Response)
    def create(list_id: LargeFaceListId, body: NewList) -> Response:
        """Creates an empty list."""
        lists.create(list_id, body.name, body.user_data, body.recognition_model)
        return Response()

    @routes.get("", response_model_exclude_none=True)
    def all_lists(*, start: Start = "", top: Top = 1000, with_model: WithModel = False) -> list[LargeFaceListSummary]:
        """Lists by id, from the one after `start`."""
        return [LargeFaceListSummary.of(one, with_model=with_model) for one in lists.all(start, top)]

    @routes.get("/{largeFaceListId}", response_model_exclude_none=True)
    def get(list_id: LargeFaceListId, *, with_model: WithModel = False) -> LargeFaceListSummary:
        """A list, without its faces."""
        return LargeFaceListSummary.of(lists.get(list_id), with_model=with_model)

    @routes.patch("/{largeFaceListId}", response_class=Response)
    def update(list_id: LargeFaceListId, body: ListChange) -> Response:
        """Changes a list's name or user data."""
        lists.update(list_id, body.name, body.user_data)
        return Response()

    @routes.delete("/{largeFaceListId}", response_class=Response)
    def delete(list_id: LargeFaceListId) -> Response:
        """Deletes a list and its faces."""
        lists.delete(list_id)
        return Response()

    @routes.post("/{largeFaceListId}/persistedfaces", openapi_extra=PICTURE_BODY)
    async def add_face(
        request: Request,
        list_id: LargeFaceListId,
        *,
        target_face: TargetFace = None,
        user_data: FaceDataQuery = None,
        detection_model: DetectionModelQuery = DetectionModel.D01,  # noqa: ARG001
    ) -> AddedFace:
        """Adds the face of a picture."""
        return await adder.add(request, list_id, target_face, user_data)

    @routes.delete("/{largeFaceListId}/persistedfaces/{persistedFaceId}", response_class=Response)
    def delete_face(list_id: LargeFaceListId, face_id: PersistedFaceId) -> Response:
        """Deletes a face."""
        lists.delete_face(list_id, str(face_id))
        return Response()

    @routes.get("/{largeFaceListId}/persistedfaces", response_model_exclude_none=True)
    def faces(list_id: LargeFaceListId, *, start: Start = "", top: Top = 1000) -> list[ListedFace]:
        """Faces by id, from the one after `start`."""
        return [ListedFace.of(face) for face in lists.faces(list_id, start, top)]

    @routes.get("/{largeFaceListId}/persistedfaces/{persistedFaceId}", response_model_exclude_none=True)
    def face(list_id: LargeFaceListId, face_id: PersistedFaceId) -> ListedFace:
        """A face."""
        return ListedFace.of(lists.face(list_id, str(face_id)))

    @routes.patch("/{largeFaceListId}/persistedfaces/{persistedFaceId}", response_class=Response)
    def update_face(list_id: LargeFaceListId, face_id: PersistedFaceId, body: FaceChange) -> Response:
        """Changes a face's user data."""
        lists.update_face(list_id, str(face_id), body.user_data)
        return Response()

    @routes.post("/{largeFaceListId}/train", status_code=202, response_class=Response)
    def train(list_id: LargeFaceListId) -> Response:
        """Lets searches see every face of the list. It is done when the answer comes."""
        lists.train(list_id)
        return Response(status_code=202)

    @routes.get("/{largeFaceListId}/training")
    def training(list_id: LargeFaceListId) -> TrainingStatus:
        """When the list was trained last."""
        trained = lists.get(list_id)
        if trained.trained_at is None:
            raise LargeFaceListNotTrained("the large face list was never trained")
        return TrainingStatus.succeeded(trained.created_at, trained.trained_at)

    return routes
