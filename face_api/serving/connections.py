"""Connections that idle or mean ill: how long one may take, how many a peer may have, and which goes first."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 10.0
"""From a connection's start, or an answer's end, to the end of the next request's head."""

EXCHANGE_SECONDS = 180.0
"""From a request's head to the end of its answer, also if the client reads it slowly: its body may take 60 s."""

MOST_OF_A_PEER, MOST, MOST_IN_A_BURST = 128, 512, 3072
GRACE_SECONDS = 1.0
"""What has just been opened may have its request on the way: a burst is let in, and thinned out as it grows old."""

_BUSY = b'{"error":{"code":"ServiceUnavailable","message":"too many connections are at work: try again"}}'
_REFUSAL = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nRetry-After: 1\r\nConnection: close\r\n"
    b"Content-Length: " + str(len(_BUSY)).encode() + b"\r\n\r\n" + _BUSY
)


class Connections:
    """All that are open. Beyond the limits those that have been silent longest make room; if none is, nobody does.

    `clock` gives steady seconds.
    """

    def __init__(
        self, most: int = MOST, most_of_a_peer: int = MOST_OF_A_PEER, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = most
        self._most_of_a_peer = most_of_a_peer
        self._clock = clock
        self._count = 0
        self._of_peers: dict[str, int] = {}
        self._silent: dict[str, dict[GuardedProtocol, float]] = {}  # by peer, in the order in which they fell silent

    def opened(self, one: "GuardedProtocol") -> bool:
        """Takes a connection in. False: there is no room for it."""
        while self._of_peers.get(one.peer, 0) >= self._most_of_a_peer and self._end_oldest(one.peer, GRACE_SECONDS):
            pass
        while self._count >= self._most and self._end_oldest(None, GRACE_SECONDS):
            pass
        busy = self._of_peers.get(one.peer, 0) - len(self._silent.get(one.peer, ()))
        room = busy < self._most_of_a_peer and (self._count < MOST_IN_A_BURST or self._end_oldest(None, 0.0))
        self._count += 1
        self._of_peers[one.peer] = self._of_peers.get(one.peer, 0) + 1
        return room

    def closed(self, one: "GuardedProtocol") -> None:
        """Forgets a connection, once."""
        self.asking(one)
        self._count -= 1
        left = self._of_peers[one.peer] - 1
        if left:
            self._of_peers[one.peer] = left
        else:
            del self._of_peers[one.peer]

    def silent(self, one: "GuardedProtocol") -> None:
        """Nothing is asked on this one."""
        self._silent.setdefault(one.peer, {})[one] = self._clock()

    def asking(self, one: "GuardedProtocol") -> None:
        """A request has come on this one."""
        of_peer = self._silent.get(one.peer, {})
        of_peer.pop(one, None)
        if not of_peer:
            self._silent.pop(one.peer, None)

    def _end_oldest(self, peer: str | None, silent_for: float) -> bool:
        """Ends the peer's (None: any's) connection that has been silent longest, if that is long enough."""
        firsts = [next(iter(ones.items())) for name, ones in self._silent.items() if peer in (None, name)]
        oldest, since = min(firsts, key=lambda first: first[1], default=(None, 0.0))
        if oldest is None or self._clock() - since < silent_for:
            return False
        oldest.end()
        return True


class GuardedProtocol(H11Protocol):
    """uvicorn's protocol, which itself waits for a request's head for ever."""

    peers = Connections()
    head_seconds = HEAD_SECONDS
    exchange_seconds = EXCHANGE_SECONDS

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.peer = ""
        self._asking = self._open = False
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.peer = self.client[0] if self.client else ""
        self._open = True
        if self.peers.opened(self):
            self._fall_silent()
        else:
            transport.write(_REFUSAL)
            transport.close()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self._asking and self.cycle is not None and not self.cycle.response_complete:
            self._asking = True
            self.peers.asking(self)
            self._end_after(self.exchange_seconds)

    def on_response_complete(self) -> None:
        if self._open:
            self._fall_silent()
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._leave()
        super().connection_lost(exc)

    def end(self) -> None:
        """Hangs up, whatever is under way."""
        self._leave()
        self.transport.abort()

    def _leave(self) -> None:
        if self._timer:
            self._timer.cancel()
        if self._open:
            self._open = False
            self.peers.closed(self)

    def _fall_silent(self) -> None:
        self._asking = False
        self.peers.silent(self)
        self._end_after(self.head_seconds)

    def _end_after(self, seconds: float) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = self.loop.call_later(seconds, self.end)


def guarded(connections: Connections, head_seconds: float = HEAD_SECONDS) -> type[GuardedProtocol]:
    """The protocol for a server with these connections."""

    class Protocol(GuardedProtocol):
        pass

    Protocol.peers, Protocol.head_seconds = connections, head_seconds
    return Protocol
