"""The HTTP application: routes, guards and error answers around the services it is given."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from fastapi import APIRouter, FastAPI

from face_api.calls import Calls
from face_api.contract.error import ErrorBody
from face_api.faces.least_age import LeastAge
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
from face_api.serving.keys import Keys
from face_api.serving.metrics import Metrics
from face_api.serving.picture_analysis import PictureAnalysis
from face_api.serving.spelling import Spelling
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
    least_age: LeastAge
    metrics: Metrics
    store_writable: Callable[[], bool]
    workers_replaceable: Callable[[], bool]


def create_app(services: Services, calls: Collection[Calls], keys: Keys) -> FastAPI:
    """The application, with the routes of these calls only; it owns nothing that must be closed."""
    app = FastAPI(
        title="Footfall Face API",
        version="1.0",
        summary="The Face API v1.0 on open models, and the visitor memory.",
        openapi_url="/swagger",
        docs_url=None,
        redoc_url=None,
    )
    for call, routes in _routes(services):
        if call in calls:
            prefix = "/visitors/v1" if call is Calls.VISITORS else "/face/v1.0"
            app.include_router(routes, prefix=prefix, responses=_ERRORS)
    app.include_router(health_routes(services.metrics, services.store_writable, services.workers_replaceable))
    answer_errors(app)
    app.add_middleware(Guards, keys=keys, metrics=services.metrics)
    app.add_middleware(Spelling)  # outermost, so that all others see the contract's spelling
    return app


def _routes(services: Services) -> Iterator[tuple[Calls, APIRouter]]:
    analysis, fetcher, least_age = services.analysis, services.fetcher, services.least_age
    yield Calls.DETECT, detect_routes(analysis, services.face_ids, fetcher, least_age)
    yield Calls.COMPARE, compare_routes(services.face_ids, services.lists, services.large_lists)
    adder = FaceAdder(analysis, fetcher, services.lists, least_age)
    yield Calls.FACE_LISTS, face_list_routes(services.lists, adder)
    large_adder = FaceAdder(analysis, fetcher, services.large_lists, least_age)
    yield Calls.LARGE_FACE_LISTS, large_face_list_routes(services.large_lists, large_adder)
    yield Calls.VISITORS, visitor_routes(services.visitors, analysis, fetcher, services.metrics)
