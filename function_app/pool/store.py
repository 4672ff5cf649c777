"""Where the pools lie: one blob a camera in a container beside the pictures, changed by compare and swap.

Each change is one conditional write, so that many workers share a pool, and one that is killed leaves it as it was
before or after. The blob's metadata says when it next has something to do, so that a listing finds it. A blob that is
no pool any more, as after a fault of the disk, is kept aside for whoever looks into it, and the camera's pool begins
anew: one camera's sums must hold up nobody else's.
"""

import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import ValidationError

from function_app import moments
from function_app.errors import BlobChanged, BlobGone, StorageUnavailable
from function_app.names import PLACE_OF
from function_app.pool import people, places
from function_app.pool.state import CameraPool
from function_app.storage.container import Container

DUE = "due"
MOST_TRIES = 50
SET_ASIDE = "unreadable"
NEVER = "9999-12-31T00:00:00Z"
AT_ONCE = "1970-01-01T00:00:00Z"

Change = Callable[[CameraPool], CameraPool]


@dataclass
class _Known:
    """What was last read or written of one blob."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    etag: str | None = None
    body: bytes = b""


class PoolStore:
    """The cameras' pools. Thread-safe. Every call raises StorageUnavailable when storage can't be reached."""

    def __init__(self, container: Container, unreadable: Callable[[], None]) -> None:
        """`unreadable` is told of each pool that was set aside."""
        self._container, self._unreadable = container, unreadable
        self._known: dict[str, _Known] = {}
        self._lock = threading.Lock()

    def change(self, place: str, change: Change) -> CameraPool:
        """Replace the pool of `store/camera` by what `change` makes of it; `change` may be asked several times."""
        with self._lock:
            known = self._known.setdefault(place, _Known())
        with known.lock:
            for _ in range(MOST_TRIES):
                try:
                    before = self._read(place, known)
                    after = change(before)
                    if after is not before:
                        self._write(place, known, after)
                except BlobChanged:
                    known.etag = None  # another worker wrote it in between: read it anew
                except BaseException:
                    known.etag = None  # nobody knows what was written
                    raise
                else:
                    return after
        raise StorageUnavailable("the pool is written by too many at once")

    def due(self, now: datetime) -> Iterator[str]:
        """The places whose pools have something to send or to close."""
        until = moments.text(now)
        for stored in self._container.walk(metadata=True):
            place = stored.name.removesuffix(".json")
            if PLACE_OF.fullmatch(place) and stored.metadata.get(DUE, AT_ONCE) <= until:
                yield place

    def _read(self, place: str, known: _Known) -> CameraPool:
        if known.etag is None:
            try:
                content = self._container.blob(_name(place)).read()
                known.etag, known.body = content.etag, content.read()
            except BlobGone:
                return _empty(place)
        try:
            return CameraPool.model_validate_json(known.body)
        except ValidationError:
            self._set_aside(place, known)
            self._write(place, known, empty := _empty(place))
            self._unreadable()
            return empty

    def _set_aside(self, place: str, known: _Known) -> None:
        """Before an empty pool takes its place, on condition of its ETag: a kill in between costs nothing."""
        name = f"{SET_ASIDE}/{place}/{hashlib.sha256(known.body).hexdigest()[:32]}"
        self._container.write(name, known.body, len(known.body), {})

    def _write(self, place: str, known: _Known, pool: CameraPool) -> None:
        body = pool.model_dump_json(exclude_defaults=True).encode()
        known.etag = self._container.replace(_name(place), body, {DUE: due(pool)}, known.etag)
        known.body = body


def _empty(place: str) -> CameraPool:
    store, _, camera = place.partition("/")
    return CameraPool(store=store, camera=camera)


def due(pool: CameraPool) -> str:
    """When a pool has something to do, as text that sorts by time."""
    if pool.outbox:
        return AT_ONCE
    waits = (*people.waits(pool), *places.waits(pool))
    return moments.text(min(waits)) if waits else NEVER


def _name(place: str) -> str:
    return f"{place}.json"
