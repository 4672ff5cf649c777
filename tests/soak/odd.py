"""Blobs and events that nobody should send, and pictures made to be much work: each of them is set aside by itself."""

import functools
import json
import random
from collections.abc import Callable
from datetime import UTC, datetime

from tests.face_api import bombs
from tests.function_app import pictures, traffic

STORE = "odd"
BOMBS = 5


@functools.cache
def bomb(kind: int) -> bytes:
    """A small file that is much work to decode."""
    makers: tuple[Callable[[], bytes], ...] = (
        lambda: bombs.scan_bomb("MPO", 5000, 1500),
        lambda: bombs.scan_bomb("JPEG", 200, 1000),
        lambda: bombs.progressive(6300),
        lambda: bombs.head_bomb(b"\xff\xfe\x00\x02"),
        lambda: bombs.jump_bomb(5000, 65_000),
    )
    return makers[kind % len(makers)]()


def blob(chance: random.Random) -> tuple[str, bytes]:
    """A name and bytes, at least one of which breaks the contract."""
    now = datetime.now(UTC)
    good = pictures.name(STORE, "door")
    counts = traffic.name(now.replace(second=0, microsecond=0), STORE, f"door-{chance.getrandbits(32):08x}")
    return chance.choice(
        (
            (good, bomb(chance.randrange(BOMBS))),
            (good, b""),
            (good, b"\xff\xd8\xff\xe0" + chance.randbytes(20_000)),
            (good, b"GET / HTTP/1.1\r\n" * 200),
            (good, bytes(6 * 1024 * 1024 + 1)),
            (f"{chance.getrandbits(32):08x}.jpg", b"no place, no time"),
            (f"{STORE}/door/2026/13/45/250000.000Z-{chance.getrandbits(32):08x}.jpg", b"no such time"),
            (f"{STORE}/Dö r/{chance.getrandbits(32):08x}.txt", b"another alphabet"),
            (counts, b"[" * 5000),
            (counts, b'[{"schema": "footfall.traffic/1"}]'),
            (counts, traffic.blob(traffic.heartbeat(now.replace(second=0, microsecond=0), "another-store", "door"))),
            (counts, json.dumps([{"watchedSeconds": 1e400}] * 3).encode()),
        )
    )


def event(chance: random.Random) -> bytes:
    """A message that is none of the hub's contract, or whose values no query should be stopped by."""
    end = datetime.now(UTC).replace(second=0, microsecond=0)
    name = f"{chance.getrandbits(128):032x}"
    row = {**traffic.heartbeat(end, STORE, "door"), "tallyId": name, "windowStart": f"{end:%Y-%m-%dT%H:%M:45Z}"}
    tally = {"schema": "footfall.tally/1", "tallyId": name, "store": STORE, "camera": "door", "faces": 1}
    oddities: tuple[object, ...] = (
        {**tally, "windowStart": "0001-01-01T00:00:00Z", "windowEnd": "9999-12-31T23:59:45Z"},
        {**tally, "windowStart": f"{end:%Y-%m-%dT%H:%M:00Z}", "windowEnd": f"{end:%Y-%m-%dT%H:%M:15Z}", "faces": 1e300},
        {**tally, "windowEnd": "soon", "faces": "NaN"},
        {**row, "watchedSeconds": "Infinity"},
        {**row, "countIn": -5, "place": "x" * 900, "kind": {"a": [1]}},
        {"schema": {"a": 1}},
        [tally, [tally]],
        "text",
    )
    raw = (b"\xff\xfe\x00", b"{", b"[" * 5000, json.dumps(chance.choice(oddities)).encode())
    return raw[max(0, chance.randrange(6) - 2)]
