"""POST /face/v1.0/detect"""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool

from face_api.contract.attributes import detected_face, wanted_attributes
from face_api.contract.detect import DetectedFace
from face_api.contract.values import DetectionModel, RecognitionModel
from face_api.faces.least_age import LeastAge
from face_api.faces.template import NOBODY
from face_api.pictures.body import PICTURE_BODY, Fetcher, picture_bytes
from face_api.serving.picture_analysis import PictureAnalysis
from face_api.storage.face_ids import FaceIds


def detect_routes(analysis: PictureAnalysis, face_ids: FaceIds, fetcher: Fetcher, least_age: LeastAge) -> APIRouter:
    """Faces of a picture, with ids that other calls take."""
    routes = APIRouter(tags=["face"])

    @routes.post("/detect", response_model_exclude_none=True, openapi_extra=PICTURE_BODY)
    async def detect(
        request: Request,
        *,
        return_face_id: Annotated[bool, Query(alias="returnFaceId")] = True,
        return_face_landmarks: Annotated[bool, Query(alias="returnFaceLandmarks")] = False,
        return_face_attributes: Annotated[str, Query(alias="returnFaceAttributes", max_length=400)] = "",
        recognition_model: Annotated[RecognitionModel, Query(alias="recognitionModel")] = RecognitionModel.R01,
        return_recognition_model: Annotated[bool, Query(alias="returnRecognitionModel")] = False,
        detection_model: Annotated[DetectionModel, Query(alias="detectionModel")] = DetectionModel.D01,
        face_id_time_to_live: Annotated[int, Query(alias="faceIdTimeToLive", ge=60, le=86400)] = 86400,
    ) -> list[DetectedFace]:
        """The faces of a picture, largest first."""
        wanted = wanted_attributes(return_face_attributes, detection_model, recognition_model)
        content = await picture_bytes(request, fetcher)
        asked = least_age.asked(wanted) if wanted or return_face_id else wanted
        picture = await analysis.analyze(request, content, templates=return_face_id, attributes=asked)
        spared = [least_age.spares(face) for face in picture.faces]
        templates = [
            NOBODY if is_spared or not face.template else face.template
            for face, is_spared in zip(picture.faces, spared, strict=True)
        ]
        ids: list[str | None] = [None] * len(picture.faces)
        if return_face_id:
            ids = [*await run_in_threadpool(face_ids.add, templates, recognition_model, face_id_time_to_live)]
        return [
            detected_face(
                face,
                picture.scale,
                wanted=frozenset() if is_spared else wanted,
                with_landmarks=return_face_landmarks,
                face_id=face_id,
                recognition_model=recognition_model if return_recognition_model else None,
            )
            for face, is_spared, face_id in zip(picture.faces, spared, ids, strict=True)
        ]

    return routes
