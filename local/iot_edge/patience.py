"""HTTP connections that idle: each has its time to ask, and when many are open the longest silent makes room."""

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 10.0
"""From a connection's start, or an answer's end, to the end of the next request's head."""
EXCHANGE_SECONDS = 330.0
"""From a request's head to the end of its answer: a direct method may take 300 s."""
MOST_OPEN = 256

_REFUSAL = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class PatientProtocol(H11Protocol):
    """uvicorn's protocol, which by itself waits for a request for ever, and counts who is silent as being at work."""

    silent: dict["PatientProtocol", None]
    """Of one server, in the order in which they fell silent."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Make room, and start the clock."""
        super().connection_made(transport)
        if len(self.connections) > MOST_OPEN:
            longest = next(iter(self.silent), None)
            if longest is None:
                transport.write(_REFUSAL)
                transport.close()
                return
            longest.end()
        self._fall_silent()

    def data_received(self, data: bytes) -> None:
        """A request's head may be whole now."""
        super().data_received(data)
        if self in self.silent and self._asks():
            self._ask()

    def on_response_complete(self) -> None:
        """The next request may be here already."""
        super().on_response_complete()
        if self._asks():
            self._ask()
        elif self in self.connections:
            self._fall_silent()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._forget()
        super().connection_lost(exc)

    def end(self) -> None:
        """Hang up."""
        self._forget()
        self.connections.discard(self)
        self.transport.abort()

    def _asks(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _ask(self) -> None:
        self._forget()
        self._timer = self.loop.call_later(EXCHANGE_SECONDS, self.end)

    def _fall_silent(self) -> None:
        self._forget()
        self.silent[self] = None
        self._timer = self.loop.call_later(HEAD_SECONDS, self.end)

    def _forget(self) -> None:
        self.silent.pop(self, None)
        if self._timer:
            self._timer.cancel()


def patient() -> type[PatientProtocol]:
    """The protocol for one server."""

    class Protocol(PatientProtocol):
        pass

    Protocol.silent = {}
    return Protocol
