"""What stands before every route: the key, the limits on bodies, the figures."""

import asyncio
import hmac
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from face_api.errors import PayloadTooLarge, Refused, Unauthorized
from face_api.pictures.decode import MOST_BYTES
from face_api.serving.answers import refusal
from face_api.serving.metrics import Metrics

KEY_HEADER = b"ocp-apim-subscription-key"
_GUARDED = ("/face/", "/visitors/")
_MOST_BODY = MOST_BYTES + 1024 * 1024
_BODY_SECONDS = 60.0


class RequestTimeout(Refused):
    """The body took too long to arrive."""

    status = 408
    code = "RequestTimeout"


class Guards:
    """ASGI middleware. `api_key` None lets everybody in."""

    def __init__(self, app: ASGIApp, *, api_key: str | None, metrics: Metrics) -> None:
        self._app = app
        self._key = api_key.encode() if api_key else None
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = time.monotonic()
        status = 500

        async def watched_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            if self._refused(scope):
                error = Unauthorized("access denied: the Ocp-Apim-Subscription-Key header is missing or wrong")
                await refusal(error)(scope, receive, watched_send)
            else:
                await self._app(scope, _limited(receive, start), watched_send)
        finally:
            self._metrics.answered(_operation(scope), status, time.monotonic() - start)

    def _refused(self, scope: Scope) -> bool:
        if self._key is None or not scope["path"].startswith(_GUARDED):
            return False
        given = [value for name, value in scope["headers"] if name == KEY_HEADER]
        return len(given) != 1 or not hmac.compare_digest(given[0], self._key)


def _operation(scope: Scope) -> str:
    """The route's module and function, e.g. `detect.detect`: few and fixed, unlike paths."""
    endpoint = scope.get("endpoint")
    return f"{endpoint.__module__.rpartition('.')[2]}.{endpoint.__name__}" if endpoint else "none"


def _limited(receive: Receive, start: float) -> Receive:
    """The same body, unless it is too long or too slow."""
    read = 0
    whole = False

    async def limited() -> Message:
        nonlocal read, whole
        if whole:
            return await receive()
        try:
            async with asyncio.timeout(max(0.001, start + _BODY_SECONDS - time.monotonic())):
                message = await receive()
        except TimeoutError:
            raise RequestTimeout("the body did not arrive within a minute") from None
        read += len(message.get("body", b""))
        whole = not message.get("more_body", False)
        if read > _MOST_BODY:
            raise PayloadTooLarge("the body is larger than 6 MB")
        return message

    return limited
