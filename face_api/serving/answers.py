"""The one place where an error becomes an HTTP answer."""

import re
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from face_api.errors import BadArgument, Cancelled, FaceApiError, RateLimitExceeded, Refused
from face_api.logs import log_fault

CLIENT_CLOSED_REQUEST = 499
_OTHER_VERSION = re.compile(r"/face/(?!v1\.0(/|$))")


def error_answer(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """`{"error": {"code", "message"}}` with this status."""
    return JSONResponse({"error": {"code": code, "message": message}}, status, dict(headers or {}))


def refusal(error: Refused) -> JSONResponse:
    """The answer to a request that is refused."""
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, RateLimitExceeded) else {}
    return error_answer(error.status, error.code, str(error), headers)


def answer_errors(app: FastAPI) -> None:
    """Gives every error that a route can raise its answer."""

    @app.exception_handler(FaceApiError)
    async def known(_: Request, error: FaceApiError) -> JSONResponse:
        if isinstance(error, Refused):
            return refusal(error)
        if isinstance(error, Cancelled):
            return _gone()
        return _internal(error)

    @app.exception_handler(ClientDisconnect)
    async def gone(_: Request, __: Exception) -> JSONResponse:
        return _gone()

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        return refusal(BadArgument("; ".join(_where(one) for one in error.errors()[:5])))

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        if error.status_code == HTTPStatus.NOT_FOUND and _OTHER_VERSION.match(request.url.path):
            return error_answer(404, "404", "Resource not found: of the Face API, this service answers v1.0")
        code = {404: "NotFound", 405: "MethodNotAllowed"}.get(error.status_code, "BadArgument")
        return error_answer(error.status_code, code, str(error.detail), error.headers)

    @app.exception_handler(Exception)
    async def unknown(_: Request, error: Exception) -> JSONResponse:
        return _internal(error)


def _gone() -> JSONResponse:
    """Nobody reads it; it is for the figures."""
    return error_answer(CLIENT_CLOSED_REQUEST, "ClientClosedRequest", "the client went away")


def _where(error: Mapping[str, object]) -> str:
    place = error.get("loc")
    parts = place[1:] if isinstance(place, tuple | list) else ()
    name = ".".join(str(part) for part in parts if not isinstance(part, int)) or "body"
    return f"{name}: {str(error.get('msg', 'invalid')).lower()}"


def _internal(error: Exception) -> JSONResponse:
    log_fault(error)
    return error_answer(500, "InternalServerError", "a fault of the service; it has been logged")
