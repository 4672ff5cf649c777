"""The stream cut into protocol headers and frames (parts 2.2 and 2.3 of the specification), and frames put together."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from local.event_hubs.errors import DecodeError

MAX_FRAME_SIZE = 65_536
"""Bytes of the longest frame taken and sent."""
SASL_HEADER, AMQP_HEADER = b"AMQP\x03\x01\x00\x00", b"AMQP\x00\x01\x00\x00"
AMQP, SASL = 0, 1
HEARTBEAT = b"\x00\x00\x00\x08\x02\x00\x00\x00"
_HEAD = struct.Struct(">IBBH")


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: `kind` AMQP or SASL; the body is empty in a heartbeat."""

    kind: int
    channel: int
    body: bytes


class FrameReader:
    """Cuts what arrives; holds back no more than one frame."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._header_next = True

    def expect_header(self) -> None:
        """A protocol header comes next, as after SASL."""
        self._header_next = True

    def feed(self, data: bytes) -> Iterator[bytes | Frame]:
        """Headers (bytes) and frames that are complete now. Raises DecodeError."""
        self._buffer += data
        while len(self._buffer) >= 8:
            if self._header_next:
                header = self._take(8)
                self._header_next = False
                yield header
                continue
            size, offset, kind, channel = _HEAD.unpack_from(self._buffer)
            start = 4 * offset
            if not 8 <= start <= size <= MAX_FRAME_SIZE or kind not in (AMQP, SASL):
                raise DecodeError(f"no frame of {size} bytes, kind {kind}, body at {start} is taken here")
            if len(self._buffer) < size:
                return
            yield Frame(kind, channel, self._take(size)[start:])

    def _take(self, size: int) -> bytes:
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken


def frame(channel: int, performative: bytes, payload: bytes = b"", kind: int = AMQP) -> bytes:
    """A whole frame."""
    return _HEAD.pack(8 + len(performative) + len(payload), 2, kind, channel) + performative + payload
