"""What one connection may hold of this server: little before it has shown a good token, enough for work after that."""

from collections.abc import Callable

from local.event_hubs.errors import Refused

STRANGERS_LINKS, STRANGERS_BYTES = 16, 256 * 1024
"""Links, and bytes of unfinished messages, of a connection without a token; signing in takes two links."""
KNOWN_BYTES = 32 * 1024**2


class Allowance:
    """Keeps count for one connection."""

    def __init__(self, known: Callable[[], bool]) -> None:
        """`known` says whether a good token has been shown."""
        self._known = known
        self._links = self._bytes = 0

    def check_link(self) -> None:
        """Raises Refused when no further link may be opened."""
        if self._links >= STRANGERS_LINKS and not self._known():
            raise _too_much(f"more than {STRANGERS_LINKS} links before a token")

    def link_opened(self) -> None:
        """One link more."""
        self._links += 1

    def link_closed(self) -> None:
        """One link fewer."""
        self._links -= 1

    def hold(self, size: int) -> None:
        """Bytes of an unfinished message more. Raises Refused."""
        if self._bytes + size > (KNOWN_BYTES if self._known() else STRANGERS_BYTES):
            raise _too_much("too many bytes of unfinished messages on one connection")
        self._bytes += size

    def release(self, size: int) -> None:
        """Bytes that are held no longer."""
        self._bytes -= size


def _too_much(what: str) -> Refused:
    return Refused("amqp:resource-limit-exceeded", f"The connection asks for {what}.")
