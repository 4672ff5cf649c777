"""Asking the service about a picture."""

from typing import Any

import httpx

DETECT = "/face/v1.0/detect"
STREAM = {"Content-Type": "application/octet-stream"}


def detect(client: httpx.Client, picture: bytes, **parameters: str | int | bool) -> list[dict[str, Any]]:
    """The faces of a picture that must be answered with 200."""
    response = client.post(DETECT, content=picture, headers=STREAM, params=parameters)
    assert response.status_code == 200, response.text
    faces: list[dict[str, Any]] = response.json()
    return faces


def error_code(response: httpx.Response) -> str:
    """The code of an error answer, which must have the contract's shape."""
    body = response.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message"}
    code: str = body["error"]["code"]
    return code
