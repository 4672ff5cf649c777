"""AMQP values and frames: what is encoded reads back the same, and no bytes do worse than raise DecodeError."""

import contextlib
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.event_hubs.amqp import encode, incoming
from local.event_hubs.amqp.decode import DEEPEST, Described, decode, list_items, skip
from local.event_hubs.amqp.frames import Frame, FrameReader, frame
from local.event_hubs.amqp.messages import events_of, request_of
from local.event_hubs.errors import DecodeError

Pair = tuple[object, bytes]
HEADER = b"AMQP\x00\x01\x00\x00"


def integers(bits: int, *, signed: bool) -> st.SearchStrategy[int]:
    low = -(2 ** (bits - 1)) if signed else 0
    return st.integers(low, 2 ** (bits - signed) - 1)


scalars: st.SearchStrategy[Pair] = st.one_of(
    st.just((None, encode.NULL)),
    st.booleans().map(lambda v: (v, encode.boolean(v))),
    integers(8, signed=False).map(lambda v: (v, encode.ubyte(v))),
    integers(16, signed=False).map(lambda v: (v, encode.ushort(v))),
    integers(32, signed=False).map(lambda v: (v, encode.uint(v))),
    integers(64, signed=False).map(lambda v: (v, encode.ulong(v))),
    integers(32, signed=True).map(lambda v: (v, encode.int32(v))),
    integers(64, signed=True).map(lambda v: (v, encode.long(v))),
    integers(64, signed=True).map(lambda v: (v, encode.timestamp(v))),
    st.floats(allow_nan=False).map(lambda v: (v, encode.double(v))),
    st.binary(max_size=600).map(lambda v: (v, encode.binary(v))),
    st.text(max_size=300).map(lambda v: (v, encode.string(v))),
    st.text(st.characters(max_codepoint=127), max_size=300).map(lambda v: (v, encode.symbol(v))),
    st.uuids(version=None).map(lambda v: (uuid.UUID(int=v.int), encode.uuid_value(v))),
)


def composed(inner: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
    text = st.text(max_size=8)
    return st.one_of(
        st.lists(inner, max_size=5).map(lambda ps: ([v for v, _ in ps], encode.sequence(e for _, e in ps))),
        st.dictionaries(text, inner, max_size=4).map(
            lambda m: (
                {k: v for k, (v, _) in m.items()},
                encode.mapping([encode.string(k) + e for k, (_, e) in m.items()]),
            )
        ),
        st.tuples(st.integers(0, 255), inner).map(
            lambda p: (Described(p[0], p[1][0]), encode.described(p[0], p[1][1]))
        ),
        st.lists(text, max_size=5).map(lambda names: (list(names), encode.strings(names))),
    )


values = st.recursive(scalars, composed, max_leaves=12)


@given(values, st.binary(max_size=4), st.binary(max_size=4))
def test_a_value_reads_back_as_it_was_written_wherever_it_lies(pair: Pair, before: bytes, after: bytes) -> None:
    value, encoded = pair
    end = len(before) + len(encoded)

    assert decode(before + encoded + after, len(before)) == (value, end)
    assert skip(before + encoded + after, len(before)) == end


@given(values, st.data())
def test_a_value_that_is_cut_off_is_refused(pair: Pair, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(pair[1]) - 1))

    with pytest.raises(DecodeError):
        decode(pair[1][:cut])


@given(st.lists(values, max_size=6))
def test_the_items_of_a_list_are_found_without_reading_them(pairs: list[Pair]) -> None:
    encoded = encode.sequence(each for _, each in pairs)

    assert [encoded[start:end] for start, end in list_items(encoded)] == [each for _, each in pairs]


def near_misses() -> st.SearchStrategy[bytes]:
    """Random bytes, and good messages with bytes changed."""
    whole = st.lists(
        st.tuples(st.integers(0x70, 0x78), values).map(lambda part: encode.described(part[0], part[1][1])), max_size=4
    ).map(b"".join)

    def change(parts: tuple[bytes, list[tuple[int, int]]]) -> bytes:
        changed = bytearray(parts[0])
        for place, byte in parts[1]:
            if changed:
                changed[place % len(changed)] = byte
        return bytes(changed)

    changes = st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=4)
    return st.one_of(st.binary(max_size=400), st.tuples(whole, changes).map(change))


@given(near_misses())
def test_no_bytes_do_worse_than_a_decode_error(data: bytes) -> None:
    for read in (decode, skip, list_items, request_of):
        with contextlib.suppress(DecodeError):
            read(data)
    for message_format in (0, 0x80013700):
        with contextlib.suppress(DecodeError):
            events_of(data, message_format)


def test_an_annotation_whose_key_is_a_list_is_refused() -> None:
    annotations = bytes.fromhex("005372 c10302 45 40")  # one pair: an empty list, null
    body = bytes.fromhex("005375 a00178")
    with pytest.raises(DecodeError, match="annotation's key"):
        events_of(annotations + body, 0)


@given(near_misses(), st.integers(0x10, 0x18), values)
def test_no_performative_does_worse_than_a_decode_error(payload: bytes, code: int, fields: Pair) -> None:
    for body in (payload, encode.described(code, fields[1]) + payload, encode.described(code, payload)):
        with contextlib.suppress(DecodeError):
            _, read, _ = incoming.performative(body)
            with contextlib.suppress(DecodeError):
                incoming.flow(read)
            with contextlib.suppress(DecodeError):
                incoming.transfer(read)
            incoming.attach(read, body)


@given(st.lists(st.tuples(st.integers(0, 0xFFFF), st.binary(max_size=300)), max_size=5), st.data())
def test_frames_come_out_whole_however_the_stream_is_cut(frames: list[tuple[int, bytes]], data: st.DataObject) -> None:
    stream = HEADER + b"".join(frame(channel, body) for channel, body in frames)
    reader, out = FrameReader(), []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        out += list(reader.feed(stream[:size]))
        stream = stream[size:]

    assert out == [HEADER, *(Frame(0, channel, body) for channel, body in frames)]


@given(st.binary(min_size=8, max_size=100))
def test_no_stream_does_worse_than_a_decode_error(data: bytes) -> None:
    with contextlib.suppress(DecodeError):
        list(FrameReader().feed(HEADER + data))


def test_values_that_lie_too_deep_are_refused() -> None:
    encoded = encode.NULL
    for _ in range(DEEPEST + 1):
        encoded = encode.sequence([encoded])

    with pytest.raises(DecodeError, match="deep"):
        decode(encoded)
    with pytest.raises(DecodeError, match="deep"):
        decode(b"\x00" * 10_000)
    with pytest.raises(DecodeError, match="deep"):
        skip(b"\x00" * 10_000)


def test_an_array_of_four_billion_nulls_in_ten_bytes_is_refused() -> None:
    with pytest.raises(DecodeError, match="size"):
        decode(b"\xf0\x00\x00\x00\x05\xff\xff\xff\xff\x40")


def test_a_map_whose_key_is_a_list_is_refused() -> None:
    with pytest.raises(DecodeError, match="key"):
        decode(encode.mapping([encode.sequence([]) + encode.NULL]))
