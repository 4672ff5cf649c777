"""The HTTP application: routes, guards and error answers around the services it is given."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter, FastAPI

from face_api.contract.error import ErrorBody
from face_api.memory.visitors import VisitorMemory
from face_api.pictures.body import Fetcher
from face_api.routes.compare import compare_routes
from face_api.routes.detect import detect_routes
from face_api.routes.face_lists import face_list_routes
from face_api.routes.health import health_routes
from face_api.routes.large_face_lists import large_face_list_routes
from face_api.routes.persisted_faces import FaceAdder
from face_api.routes.visitors import visitor_routes
from face_api.serving.answers import answer_errors
from face_api.serving.guards import Guards
from face_api.serving.metrics import Metrics
from face_api.serving.picture_analysis import PictureAnalysis
from face_api.storage.face_ids import FaceIds
from face_api.storage.face_lists import FaceLists

_ERRORS: dict[int | str, dict[str, object]] = {
    status: {"model": ErrorBody} for status in (400, 401, 403, 404, 408, 409, 413, 429, 499, 503)
}


@dataclass(frozen=True)
class Services:
    """What the routes call."""

    analysis: PictureAnalysis
    face_ids: FaceIds
    lists: FaceLists
    large_lists: FaceLists
    visitors: VisitorMemory
    fetcher: Fetcher
    metrics: Metrics
    store_answers: Callable[[], bool]


def create_app(services: Services, *, api_key: str | None) -> FastAPI:
    """The application; it owns nothing that must be closed."""
    app = FastAPI(
        title="Footfall Face API",
        version="1.0",
        summary="The Face API v1.0 on open models, and the visitor memory.",
        openapi_url="/swagger",
        docs_url=None,
        redoc_url=None,
    )
    face = APIRouter(prefix="/face/v1.0", responses=_ERRORS)
    face.include_router(detect_routes(services.analysis, services.face_ids, services.fetcher))
    face.include_router(compare_routes(services.face_ids, services.lists, services.large_lists))
    adder = FaceAdder(services.analysis, services.fetcher, services.lists)
    face.include_router(face_list_routes(services.lists, adder))
    large_adder = FaceAdder(services.analysis, services.fetcher, services.large_lists)
    face.include_router(large_face_list_routes(services.large_lists, large_adder))
    app.include_router(face)
    app.include_router(visitor_routes(services.visitors, services.metrics), prefix="/visitors/v1", responses=_ERRORS)
    app.include_router(health_routes(services.metrics, services.store_answers))
    answer_errors(app)
    app.add_middleware(Guards, api_key=api_key, metrics=services.metrics)
    return app
