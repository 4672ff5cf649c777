"""Is the service there, can it work, and how is it doing? Needs no key."""

from collections.abc import Callable

from fastapi import APIRouter, Response

from face_api.errors import Unavailable
from face_api.serving.metrics import Metrics


def health_routes(metrics: Metrics, store_answers: Callable[[], bool]) -> APIRouter:
    """/status, /ready and /metrics, as the container had them."""
    routes = APIRouter(tags=["health"])

    @routes.get("/status")
    def status() -> dict[str, str]:
        """The service runs."""
        return {"service": "face", "apiStatus": "Valid"}

    @routes.get("/ready")
    def ready() -> dict[str, str]:
        """Models are loaded and the store answers."""
        if not store_answers():
            raise Unavailable("the store does not answer")
        return {"service": "face", "ready": "ready"}

    @routes.get("/metrics", response_class=Response)
    def prometheus() -> Response:
        """Figures for Prometheus."""
        return Response(metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return routes
