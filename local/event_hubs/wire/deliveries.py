"""A session's windows and numbers: what goes out and comes in on its channel (part 2.5 of the specification)."""

from local.event_hubs.amqp import outgoing
from local.event_hubs.amqp.incoming import Fields, Flow
from local.event_hubs.wire.outlet import Outlet

LinkState = tuple[int, int, int]
"""Handle, delivery count and credit of a link."""
_WRAP = 0xFFFFFFFF


class Deliveries:
    """Counts the transfers of one channel both ways, and writes its frames."""

    def __init__(self, channel: int, begun: Fields, outlet: Outlet) -> None:
        """`begun` is the client's `begin`. Raises DecodeError."""
        self.channel, self._outlet = channel, outlet
        self._next_incoming = begun.required_uint(1)
        self._window = begun.required_uint(2)
        self._next_outgoing = self._delivery = 0

    @property
    def client_reads(self) -> bool:
        """False while the client has much to read yet."""
        return self._outlet.ready

    def write(self, frames: bytes) -> None:
        """Send frames of this channel."""
        self._outlet.write(frames)

    def came(self) -> None:
        """A transfer of the client is here."""
        self._next_incoming = (self._next_incoming + 1) & _WRAP

    def widen(self, flow: Flow) -> None:
        """Take the window that the client tells."""
        self._window = (flow.next_incoming + flow.incoming_window - self._next_outgoing) & _WRAP

    def tell(self, link: LinkState | None, *, drain: bool = False) -> None:
        """Tell our window, and where a link stands."""
        self._outlet.write(outgoing.flow(self.channel, self._next_incoming, self._next_outgoing, link, drain=drain))

    def settle(self, delivery: int, state: bytes) -> None:
        """Tell what became of a client's message."""
        self._outlet.write(outgoing.disposition(self.channel, delivery, state))

    def frames(self, handle: int, tag: int, message: bytes) -> list[bytes]:
        """The frames of a message, counted as sent; none while the client's window is too small."""
        room = self._outlet.max_frame - outgoing.TRANSFER_OVERHEAD
        if self._window < -(-len(message) // room):
            return []
        frames = outgoing.transfer(
            self.channel, handle, message, delivery=self._delivery, tag=tag, max_frame=self._outlet.max_frame
        )
        self._next_outgoing = (self._next_outgoing + len(frames)) & _WRAP
        self._window -= len(frames)
        self._delivery = (self._delivery + 1) & _WRAP
        return frames
