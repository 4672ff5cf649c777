"""Headers on every answer: the page runs its own files and nothing else, in no one's cache, in frames by setting."""

import re
from collections.abc import Callable, Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.errors import SettingWrong

_ANCESTOR = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?|'self'")


def headers(ancestors: str) -> Mapping[str, str]:
    """The headers; `ancestors` are the sites, parted by spaces, that may show the page in a frame (empty: none).

    Raises SettingWrong.
    """
    for site in ancestors.split():
        if not _ANCESTOR.fullmatch(site):
            raise SettingWrong(f"FRAME_ANCESTORS: {site!r} is not like https://intranet.example")
    framing = " ".join(ancestors.split()) or "'none'"
    return {
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; "
        f"frame-ancestors {framing}",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        "Cache-Control": "no-store",
    }


class Hardening:
    """ASGI middleware; unlike a wrapper around responses it leaves streams alone."""

    def __init__(self, app: ASGIApp, put: Mapping[str, str], on_request: Callable[[], None]) -> None:
        """Put the headers on what `app` answers; `on_request` is told of each request first."""
        self._app, self._put, self._on_request = app, put, on_request

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""

        async def send_hardened(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._put)
            await send(message)

        self._on_request()
        await self._app(scope, receive, send_hardened)
