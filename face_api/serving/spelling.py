"""Paths and parameters in whatever case clients write them: Microsoft's own differ from each other."""

from urllib.parse import unquote

from starlette.types import ASGIApp, Receive, Scope, Send

_FACE = "/face/"
_OF_WORDS = (1, 2, 3, 5)
"""The places of a path's fixed words, as in /face/v1.0/facelists/{id}/persistedfaces/{id}; ids stay as they are."""

_PARAMETERS = {
    name.lower(): name
    for name in (
        "returnFaceId",
        "returnFaceLandmarks",
        "returnFaceAttributes",
        "recognitionModel",
        "returnRecognitionModel",
        "detectionModel",
        "faceIdTimeToLive",
        "targetFace",
        "userData",
        "start",
        "top",
    )
}


class Spelling:
    """ASGI middleware that puts the paths and parameters of the contract into its own spelling."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].lower().startswith(_FACE):
            path = as_contract(scope["path"])
            query = parameters_as_contract(scope["query_string"])
            scope = {**scope, "path": path, "raw_path": path.encode(), "query_string": query}
        await self._app(scope, receive, send)


def as_contract(path: str) -> str:
    """A path below /face/ with its fixed words in lower case."""
    parts = path.split("/")
    return "/".join(part.lower() if place in _OF_WORDS else part for place, part in enumerate(parts))


def parameters_as_contract(query: bytes) -> bytes:
    """A query with the names that the contract knows as it writes them; values stay as they are."""
    parts = [part.partition(b"=") for part in query.split(b"&")]
    known = [_PARAMETERS.get(unquote(name.decode("latin-1")).lower()) for name, _, _ in parts]
    return b"&".join(
        (found.encode() if found else name) + equals + value
        for found, (name, equals, value) in zip(known, parts, strict=True)
    )
