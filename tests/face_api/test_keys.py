"""Who may ask: the key in the Ocp-Apim-Subscription-Key header."""

import httpx
import pytest

from tests.face_api.pictures import error_code
from tests.face_api.server import KEY_HEADER, FaceServer

GUARDED = [("POST", "/face/v1.0/detect"), ("POST", "/visitors/v1/shop/observe"), ("DELETE", "/visitors/v1/shop")]


@pytest.mark.parametrize(("method", "path"), GUARDED)
@pytest.mark.parametrize(
    "headers", [{}, {KEY_HEADER: "wrong"}, {KEY_HEADER: ""}, {KEY_HEADER: "a-key-for-tests "[:14]}]
)
def test_when_the_key_is_missing_or_wrong_then_401(
    service: FaceServer, method: str, path: str, headers: dict[str, str]
) -> None:
    response = httpx.request(method, service.url + path, headers=headers)
    assert response.status_code == 401
    assert error_code(response) == "401"


@pytest.mark.parametrize("path", ["/status", "/ready", "/metrics", "/swagger"])
def test_health_needs_no_key(service: FaceServer, path: str) -> None:
    assert httpx.get(service.url + path).status_code == 200
