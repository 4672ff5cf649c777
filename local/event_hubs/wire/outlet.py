"""The way out to one client: bytes are written as long as it reads."""

import asyncio

from local.event_hubs.amqp.frames import MAX_FRAME_SIZE

SMALLEST_FRAME = 512


class Outlet:
    """Writes to a client's socket. `ready` is false while the client has much to read yet."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self.max_frame = SMALLEST_FRAME
        self.ready = True

    def set_max_frame(self, size: int | None) -> None:
        """The longest frame the client takes, in bytes."""
        self.max_frame = max(SMALLEST_FRAME, min(size or MAX_FRAME_SIZE, MAX_FRAME_SIZE))

    def write(self, data: bytes) -> None:
        """Send, or keep for sending."""
        self._transport.write(data)
