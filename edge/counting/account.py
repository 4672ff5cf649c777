"""Counting in the running module: from frames to blobs in the spool, with nothing lost on the way."""

import json
from collections.abc import Callable
from datetime import datetime

from edge.counting.counter import Counter
from edge.counting.ledger import Ledger
from edge.counting.rows import Source
from edge.counting.traffic import Traffic
from edge.follower import Seen
from edge.frame import Frame
from edge.parcel import Parcel
from edge.settings import Settings

LONGEST_GAP = 2.0
"""Seconds between two frames in which the camera still counts as watching, where frames are not rarer by setting."""


class Account:
    """One camera's counts. Not safe for threads."""

    def __init__(self, ledger: Ledger, put: Callable[[Parcel], None]) -> None:
        """put: into the spool, on disk before it returns."""
        self._ledger, self._put = ledger, put
        self._traffic = Traffic(ledger.load())
        self._counter: Counter | None = None
        self._counts_by: object = None
        self._seen_at: float | None = None

    def see(self, frame: Frame, seen: Seen, settings: Settings) -> None:
        """The next frame."""
        source = _source(settings)
        counted = self._counter_for(frame, settings).step(seen, frame.at)
        self._traffic.add(counted, frame.captured_at, source, settings.day_start)
        if self._seen_at is not None and seen.visible:
            self._traffic.watched(min(frame.at - self._seen_at, max(LONGEST_GAP, 2 / settings.frames_per_second)))
        self._seen_at = frame.at if seen.visible else None

    def tick(self, now: datetime, settings: Settings) -> None:
        """Every second, frames or none: what is over leaves, the rest is put on disk. now: UTC."""
        self._traffic.move_on(now, _source(settings), settings.day_start)
        self._send(settings)

    def finish(self, now: datetime, settings: Settings) -> None:
        """Nothing more is looked at: everything leaves."""
        source = _source(settings)
        if self._counter:
            self._traffic.add(self._counter.end(), now, source, settings.day_start)
            self._counter = None
        self._traffic.finish(source, settings.day_start)
        self._send(settings)

    def _send(self, settings: Settings) -> None:
        """A blob is on disk before it is in the spool: after a kill in between it goes there again, under its name."""
        while blob := self._traffic.seal(settings.traffic_seconds):
            self._ledger.keep(self._traffic.state)
            self._put(Parcel(blob.name, json.dumps(blob.rows, separators=(",", ":")).encode()))
            self._traffic.sealed()
        self._ledger.keep(self._traffic.state)

    def _counter_for(self, frame: Frame, settings: Settings) -> Counter:
        """A new one when places or the picture's size have changed; stays that were going on begin anew."""
        counts_by = (settings.lines, settings.zones, settings.line_band, frame.width, frame.height)
        if self._counter is None or counts_by != self._counts_by:
            size = frame.width, frame.height
            self._counter = Counter(settings.lines, settings.zones, settings.line_band, size)
            self._counts_by = counts_by
        return self._counter


def _source(settings: Settings) -> Source:
    settings.require_set("Store", "Camera")
    return Source(settings.store or "", settings.camera or "")
