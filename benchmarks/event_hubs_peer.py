"""A client of the Event Hubs stand-in that costs next to nothing itself: frames made by hand, answers only counted."""

import base64
import hmac
import socket
import struct
import time
from collections.abc import Iterator, Sequence
from urllib.parse import quote_plus

from local.event_hubs.amqp import encode, incoming
from local.event_hubs.amqp.frames import AMQP_HEADER, Frame, FrameReader, frame
from local.event_hubs.amqp.messages import BATCH_FORMAT, DATA

_PIECE = 60_000
_OPEN, _BEGIN, _ATTACH, _FLOW, _TRANSFER = (
    incoming.OPEN,
    incoming.BEGIN,
    incoming.ATTACH,
    incoming.FLOW,
    incoming.TRANSFER,
)


class Peer:
    """One connection with a token for a hub."""

    def __init__(self, port: int, key: str, hub: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._reader = FrameReader()
        self._frames = self._received()
        self._hub, self._handle = hub, 0
        big = encode.uint(1 << 30)
        self.write(
            AMQP_HEADER
            + _frame(_OPEN, encode.string("bench"), None, encode.uint(65_536), encode.ushort(10))
            + _frame(_BEGIN, None, encode.uint(0), big, big)
        )
        self._put_token(f"sb://localhost:{port}/{hub}", key)

    def __enter__(self) -> "Peer":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def sender(self, partition: str) -> "Sender":
        """A link to send to a partition."""
        return Sender(self, self.attach(f"{self._hub}/Partitions/{partition}", receives=False))

    def reader(self, partition: str) -> "Reader":
        """A link to read a partition from its beginning."""
        address = f"{self._hub}/ConsumerGroups/$Default/Partitions/{partition}"
        return Reader(self, self.attach(address, receives=True))

    def attach(self, address: str, *, receives: bool) -> int:
        """Open a link; answers its handle."""
        self._handle += 1
        source, target = (encode.described(code, encode.sequence([encode.string(address)])) for code in (0x28, 0x29))
        name, handle = encode.string(f"link-{self._handle}"), encode.uint(self._handle)
        self.write(_frame(_ATTACH, name, handle, encode.boolean(receives), None, None, source, target))
        self.wait_for(_ATTACH)
        return self._handle

    def write(self, data: bytes) -> None:
        """Send bytes."""
        self._socket.sendall(data)

    def wait_for(self, code: int, count: int = 1) -> None:
        """Wait for so many frames with a performative; a detach ends it all."""
        for body in self._frames:
            kind = body[2]
            if kind in (incoming.DETACH, incoming.CLOSE):
                raise RuntimeError(f"refused: {body!r}")
            count -= kind == code
            if not count:
                return
        raise RuntimeError("the server hung up")

    def _received(self) -> Iterator[bytes]:
        while data := self._socket.recv(1 << 20):
            for each in self._reader.feed(data):
                if isinstance(each, Frame) and each.body:
                    yield each.body

    def _put_token(self, resource: str, key: str) -> None:
        expiry = int(time.time()) + 3600
        signed = hmac.digest(key.encode(), f"{quote_plus(resource)}\n{expiry}".encode(), "sha256")
        signature = quote_plus(base64.b64encode(signed))
        token = f"SharedAccessSignature sr={quote_plus(resource)}&sig={signature}&se={expiry}&skn=all"
        properties = {"operation": "put-token", "type": "servicebus.windows.net:sastoken", "name": resource}
        pairs = [encode.string(name) + encode.string(value) for name, value in properties.items()]
        request = (
            encode.described(0x73, encode.sequence([encode.string("1"), None, None, None, encode.string("bench")]))
            + encode.described(0x74, encode.mapping(pairs))
            + encode.described(0x77, encode.string(token))
        )
        replies = self.attach("$cbs", receives=True)
        self.write(_credit(replies, 1))
        self.write(_transfer(self.attach("$cbs", receives=False), 0, request))
        self.wait_for(_TRANSFER)


class Sender:
    """Sends batches, and waits for each one's acknowledgement."""

    def __init__(self, peer: Peer, handle: int) -> None:
        self._peer, self._handle, self._delivery = peer, handle, 0
        self._batches: dict[int, bytes] = {}

    def encoded(self, bodies: Sequence[bytes]) -> bytes:
        """The frames of a batch of events of one body."""
        event = encode.described(DATA, encode.binary(bodies[0]))
        batch = encode.described(DATA, encode.binary(event)) * len(bodies)
        return _transfer(self._handle, self._delivery, batch, BATCH_FORMAT)

    def send(self, bodies: Sequence[bytes]) -> None:
        """Send a batch and wait until it is acknowledged."""
        data = self._batches.get(len(bodies)) or self._batches.setdefault(len(bodies), self.encoded(bodies))
        self._peer.write(data)
        self._peer.wait_for(incoming.DISPOSITION)


class Reader:
    """Reads events."""

    def __init__(self, peer: Peer, handle: int) -> None:
        self._peer, self._handle = peer, handle

    def read(self, count: int) -> None:
        """Read so many events, which all fit a frame."""
        self._peer.write(_credit(self._handle, count))
        self._peer.wait_for(_TRANSFER, count)


def _frame(code: int, *fields: bytes | None) -> bytes:
    return frame(0, encode.described(code, encode.sequence(fields)))


def _credit(handle: int, count: int) -> bytes:
    big = encode.uint(1 << 30)
    windows = [encode.uint(0), big, encode.uint(0), big]
    return _frame(_FLOW, *windows, encode.uint(handle), encode.uint(0), encode.uint(count))


def _transfer(handle: int, delivery: int, message: bytes, message_format: int = 0) -> bytes:
    tag = encode.binary(struct.pack(">I", delivery))
    start = [encode.uint(handle), encode.uint(delivery), tag, encode.uint(message_format), encode.FALSE]
    frames = []
    for at in range(0, len(message), _PIECE):
        more = encode.boolean(at + _PIECE < len(message))
        performative = encode.described(_TRANSFER, encode.sequence([*start, more]))
        frames.append(frame(0, performative, message[at : at + _PIECE]))
    return b"".join(frames)
