"""What stands before every route: the key, the limits on bodies, the figures."""

import asyncio
import re
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from face_api.errors import BadArgument, PayloadTooLarge, RateLimitExceeded, Refused, Unauthorized
from face_api.pictures.decode import MOST_BYTES
from face_api.serving.answers import refusal
from face_api.serving.keys import Keys
from face_api.serving.metrics import Metrics

_MOST_BODY = MOST_BYTES + 1024 * 1024
_MOST_WORDS = 1024 * 1024
_MOST_AT_ONCE = 256 * 1024 * 1024
_BODY_SECONDS = 60.0
_WITH_PICTURE = ("/detect", "/persistedfaces", "/forget")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


class RequestTimeout(Refused):
    """The body took too long to arrive."""

    status = 408
    code = "RequestTimeout"


class Guards:
    """ASGI middleware.

    Without a key whoever can send a request is let in, so a web page on this machine might (DNS rebinding): then the
    Host must be this machine's.
    """

    def __init__(self, app: ASGIApp, *, keys: Keys, metrics: Metrics) -> None:
        self._app = app
        self._keys = keys
        self._metrics = metrics
        self._held = 0

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
            if self._keys.calling is None and _host(scope) not in _LOOPBACK:
                await refusal(BadArgument("Host: without a key only localhost is answered"))(
                    scope, receive, watched_send
                )
            elif not self._keys.admit(scope):
                error = Unauthorized("access denied: the Ocp-Apim-Subscription-Key header is missing or wrong")
                await refusal(error)(scope, receive, watched_send)
            else:
                await self._with_body(scope, receive, watched_send, start)
        finally:
            self._metrics.answered(_operation(scope), status, time.monotonic() - start)

    async def _with_body(self, scope: Scope, receive: Receive, send: Send, start: float) -> None:
        """Hands the request on with its body, unless that is too long or too slow, or too much is held already."""
        most = _MOST_BODY if scope["path"].endswith(_WITH_PICTURE) else _MOST_WORDS
        too_large = PayloadTooLarge(f"the body is larger than {most // 2**20} MB")
        if _announced(scope) > most:
            await refusal(too_large)(scope, receive, send)
            return
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
            length = len(message.get("body", b""))
            read += length
            self._held += length
            whole = not message.get("more_body", False)
            if read > most:
                raise too_large
            if self._held > _MOST_AT_ONCE:
                raise RateLimitExceeded("too many bodies are being read at once", retry_after=1)
            return message

        try:
            await self._app(scope, limited, send)
        finally:
            self._held -= read


def _announced(scope: Scope) -> int:
    """The body's length, if the head says it; the protocol has checked that it is a number."""
    return next((int(value) for name, value in scope["headers"] if name == b"content-length"), 0)


def _host(scope: Scope) -> str:
    """The Host header without its port; empty unless there is exactly one."""
    hosts = [value.decode("latin-1").lower() for name, value in scope["headers"] if name == b"host"]
    return re.sub(r":\d*$", "", hosts[0]) if len(hosts) == 1 else ""


def _operation(scope: Scope) -> str:
    """The route's module and function, e.g. `detect.detect`: few and fixed, unlike paths."""
    endpoint = scope.get("endpoint")
    return f"{endpoint.__module__.rpartition('.')[2]}.{endpoint.__name__}" if endpoint else "none"
