"""What a client's frames say (parts 2.7 and 3.5 of the specification), checked and typed."""

from collections.abc import Mapping
from dataclasses import dataclass

from local.event_hubs.amqp.decode import Described, Symbol, decode, list_items
from local.event_hubs.errors import DecodeError

OPEN, BEGIN, ATTACH, FLOW, TRANSFER, DISPOSITION, DETACH, END, CLOSE = range(0x10, 0x19)
SASL_INIT = 0x41
NO_WINDOW = 2**31 - 1


class Fields:
    """A performative's fields by position; what was left out reads as null."""

    def __init__(self, values: object) -> None:
        if not isinstance(values, list):
            raise DecodeError("a performative is no list")
        self._values: list[object] = values

    def uint(self, index: int) -> int | None:
        """An integer of 0 or more, or null."""
        value = self._at(index)
        if value is not None and (type(value) is not int or value < 0):
            raise self._wrong(index, "an unsigned integer")
        return value

    def required_uint(self, index: int) -> int:
        """An integer of 0 or more."""
        value = self.uint(index)
        if value is None:
            raise self._wrong(index, "an unsigned integer")
        return value

    def flag(self, index: int) -> bool:
        """A boolean; null is false."""
        value = self._at(index)
        if value is not None and not isinstance(value, bool):
            raise self._wrong(index, "a boolean")
        return bool(value)

    def text(self, index: int) -> str | None:
        """A string (pyamqp sends some as bytes), or null."""
        value = self._at(index)
        if isinstance(value, bytes):
            value = value.decode(errors="replace")
        if value is not None and not isinstance(value, str):
            raise self._wrong(index, "a string")
        return value

    def mapping(self, index: int) -> Mapping[object, object]:
        """A map; null is empty."""
        value = self._at(index)
        if value is not None and not isinstance(value, dict):
            raise self._wrong(index, "a map")
        return value or {}

    def names(self, index: int) -> frozenset[str]:
        """One symbol or an array of them; null is none."""
        value = self._at(index)
        several = value if isinstance(value, list) else [] if value is None else [value]
        return frozenset(name for name in several if isinstance(name, Symbol))

    def described(self, index: int) -> Described | None:
        """A described value, or null."""
        value = self._at(index)
        if value is not None and not isinstance(value, Described):
            raise self._wrong(index, "a described value")
        return value

    def _at(self, index: int) -> object:
        return self._values[index] if index < len(self._values) else None

    @staticmethod
    def _wrong(index: int, expected: str) -> DecodeError:
        return DecodeError(f"field {index} of a performative is not {expected}")


@dataclass(frozen=True, slots=True)
class Terminus:
    """A link's source or target; `encoded` is how the client wrote it, for the answer."""

    address: str
    filters: Mapping[object, object]
    encoded: bytes


@dataclass(frozen=True, slots=True)
class Attach:
    """A client opens a link; `client_receives` says which way events go."""

    name: str
    handle: int
    client_receives: bool
    settle_mode: int
    source: Terminus
    target: Terminus
    desired: frozenset[str]
    properties: Mapping[object, object]


@dataclass(frozen=True, slots=True)
class Flow:
    """A client tells its session window, and the credit of a link if `handle` is given."""

    next_incoming: int
    incoming_window: int
    handle: int | None
    delivery_count: int
    credit: int
    drain: bool
    echo: bool


@dataclass(frozen=True, slots=True)
class Transfer:
    """A message from a client, or one frame of it."""

    handle: int
    delivery: int | None
    message_format: int
    settled: bool
    more: bool
    aborted: bool


def performative(body: bytes) -> tuple[int, Fields, int]:
    """A frame's performative: its code, its fields, and where the payload starts."""
    value, end = decode(body)
    if not isinstance(value, Described) or type(value.descriptor) is not int:
        raise DecodeError("a frame holds no performative")
    return value.descriptor, Fields(value.value), end


def attach(fields: Fields, body: bytes) -> Attach:
    """Read an attach; `body` is the frame's, out of which source and target are kept as they are."""
    spans = list_items(body, 2 + _descriptor_size(body))
    return Attach(
        name=fields.text(0) or "",
        handle=fields.required_uint(1),
        client_receives=fields.flag(2),
        settle_mode=fields.uint(3) or 0,
        source=_terminus(fields.described(5), body, spans, 5),
        target=_terminus(fields.described(6), body, spans, 6),
        desired=fields.names(12),
        properties=fields.mapping(13),
    )


def flow(fields: Fields) -> Flow:
    """Read a flow."""
    return Flow(
        next_incoming=fields.uint(0) or 0,
        incoming_window=fields.required_uint(1),
        handle=fields.uint(4),
        delivery_count=fields.uint(5) or 0,
        credit=fields.uint(6) or 0,
        drain=fields.flag(8),
        echo=fields.flag(9),
    )


def transfer(fields: Fields) -> Transfer:
    """Read a transfer; its payload is the rest of the frame."""
    return Transfer(
        handle=fields.required_uint(0),
        delivery=fields.uint(1),
        message_format=fields.uint(3) or 0,
        settled=fields.flag(4),
        more=fields.flag(5),
        aborted=fields.flag(9),
    )


def _terminus(value: Described | None, body: bytes, spans: list[tuple[int, int]], index: int) -> Terminus:
    if value is None:
        return Terminus("", {}, b"")
    fields = Fields(value.value)
    start, end = spans[index]
    return Terminus(fields.text(0) or "", fields.mapping(7) if index == 5 else {}, body[start:end])


def _descriptor_size(body: bytes) -> int:
    """Bytes behind the descriptor's constructor: the two forms of a small and a large ulong."""
    return {0x53: 1, 0x80: 8, 0x44: 0}.get(body[1], 1)
