"""Is the service there, can it work, and how is it doing? Needs no key."""

from collections.abc import Callable

from fastapi import APIRouter, Response

from face_api.errors import Unavailable
from face_api.serving.metrics import Metrics


def health_routes(
    metrics: Metrics, store_writable: Callable[[], bool], workers_replaceable: Callable[[], bool]
) -> APIRouter:
    """/status, /ready and /metrics, as the container had them."""
    routes = APIRouter(tags=["health"])

    @routes.get("/status")
    def status() -> dict[str, str]:
        """The service runs."""
        return {"service": "face", "apiStatus": "Valid"}

    @routes.get("/ready")
    def ready() -> dict[str, str]:
        """Models are loaded, workers that end are replaced, and the store can be written."""
        if not workers_replaceable():
            raise Unavailable("no process can look at pictures any more: start the service again")
        if not store_writable():
            raise Unavailable("the store can't be written")
        return {"service": "face", "ready": "ready"}

    @routes.get("/metrics", response_class=Response)
    def prometheus() -> Response:
        """Figures for Prometheus."""
        return Response(metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return routes
