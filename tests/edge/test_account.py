"""Counts from tracks to storage by a turned clock: kills and an outage change nothing of what arrives."""

import json
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from av import VideoFrame
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.counting.account import Account
from edge.counting.ledger import Ledger
from edge.follower import Seen
from edge.frame import Frame
from edge.gate.detections import Person
from edge.parcel import Parcel
from edge.settings import resolve
from edge.spool import disk
from edge.spool.spool import Bounds, Spool
from edge.tracking.tracker import Tracker
from tests.edge.scenes import NOON
from vision.boxes import Box

SETTINGS = resolve(
    {
        "Store": "north",
        "Camera": "door-1",
        "DayStart": "12:45",
        "Lines": json.dumps({"door": {"from": "0.5,0.1", "to": "0.5,0.9"}}),
        "Zones": json.dumps({"floor": {"polygon": "0.3,0.1 0.7,0.1 0.7,0.9 0.3,0.9", "staySeconds": 1}}),
    }
)
IMAGE = VideoFrame(640, 360, "yuv420p")
RATE, SECONDS, EVERY, WALK = 5, 90 * 60, 60, 6
"""For an hour and a half someone comes every minute and walks across the picture in six seconds."""
BOUNDS = Bounds(5_000_000, 72 * 3600.0)
OUTAGE = range(600, 600 + 3600)
Deaths = dict[int, str]
"""Seconds at whose end the module is killed, and where it stands then."""
STANDS = ("between frames", "before a blob is in the spool", "after it")


class Killed(BaseException):
    """As by kill -9: nothing of the process runs any more."""


class Site:
    """A module's counts on one disk, started anew after each death, and storage that may not answer."""

    def __init__(self, folder: Path, outage: range) -> None:
        self._folder, self._outage = folder, outage
        self._second = 0.0
        self._running = ExitStack()
        self._dying: str | None = None
        self.arrived: dict[str, list[dict[str, Any]]] = {}
        self._start()

    def _start(self) -> None:
        self._spool = self._running.enter_context(Spool(self._folder, lambda: bytes(32), lambda: self._second))
        self._account = Account(Ledger(self._folder, disk.write), self._put)
        self._tracker = Tracker()

    def _put(self, parcel: Parcel) -> None:
        if self._dying == STANDS[1]:
            raise Killed
        self._spool.put(parcel, BOUNDS)
        if self._dying == STANDS[2]:
            raise Killed

    def _kill(self) -> None:
        self._running.close()
        self._dying = None
        self._start()

    def run(self, deaths: Deaths) -> None:
        """All of the time, to an end in order."""
        for second in range(SECONDS):
            rate = RATE if second % EVERY <= WALK else 1
            for step in range(rate):
                self._look(second + step / rate)
            self._dying = deaths.get(second)
            try:
                self._account.tick(NOON + timedelta(seconds=self._second), SETTINGS)
            except Killed:
                self._kill()
            if self._dying == STANDS[0]:
                self._kill()
            self._dying = None
            self._send()
        self._account.finish(NOON + timedelta(seconds=self._second), SETTINGS)
        self._send()
        self._running.close()

    def _look(self, second: float) -> None:
        self._second = second
        frame = Frame(IMAGE, NOON + timedelta(seconds=second), second)
        number, since = divmod(second, EVERY)
        x = 60 + 520 * since / WALK
        feet = x if number % 3 else 640 - x
        people = [Person(Box(feet - 30, 100, feet + 30, 300), 0.9)] if since < WALK else []
        tracks = self._tracker.follow(people, second, SETTINGS.confidence_threshold)
        self._account.see(frame, Seen(tracks, self._tracker.alive, frozenset(), True, second), SETTINGS)

    def _send(self) -> None:
        while int(self._second) not in self._outage and self._spool.waiting:
            waiting = self._spool.oldest(0.0)
            assert waiting
            entry, parcel = waiting
            rows = json.loads(parcel.content)
            assert self.arrived.setdefault(parcel.name, rows) == rows, "under one name, one content"
            self._spool.done(entry)


def arrived(deaths: Deaths, outage: range = range(0)) -> dict[str, list[dict[str, Any]]]:
    """What storage has at the end, by name, but for the seconds watched, of which a kill loses some."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o700)
        site = Site(Path(folder), outage)
        site.run(deaths)
    assert list(site.arrived) == sorted(site.arrived), "in the order of time"
    return {
        name: [{key: value for key, value in row.items() if key != "watchedSeconds"} for row in rows]
        for name, rows in site.arrived.items()
    }


@pytest.fixture(scope="module")
def undisturbed() -> dict[str, list[dict[str, Any]]]:
    """What arrives without a death or an outage."""
    return arrived({})


away = st.integers(0, SECONDS // EVERY - 1).flatmap(
    lambda visit: st.integers(WALK + 5, EVERY - 1).map(lambda since: visit * EVERY + since)
)
"""Seconds at which nobody is in view, nor remembered by a track or a zone."""


def test_an_undisturbed_run_counts_each_walk_once(undisturbed: dict[str, list[dict[str, Any]]]) -> None:
    rows = [row for rows in undisturbed.values() for row in rows]
    doors = [row for row in rows if row.get("place") == "door"]
    assert (sum(row["countIn"] for row in doors), sum(row["countOut"] for row in doors)) == (30, 60)
    assert sum(row["stays"] for row in rows if row.get("place") == "floor") == 90
    assert len({row["tallyId"] for row in rows}) == len(rows)
    days = [(row["inDay"], row["outDay"]) for row in doors]
    assert (days[44], days[45], days[-1]) == ((15, 30), (1, 0), (15, 30)), "the day starts after the 45th walk"


@settings(max_examples=8, deadline=None)
@given(st.dictionaries(away, st.sampled_from(STANDS), max_size=6), st.booleans())
def test_kills_and_an_hour_without_storage_change_no_total_and_no_id(
    undisturbed: dict[str, list[dict[str, Any]]], deaths: Deaths, outage: bool
) -> None:
    assert arrived(deaths, OUTAGE if outage else range(0)) == undisturbed


def test_a_kill_at_every_minute_in_an_outage_changes_nothing(undisturbed: dict[str, list[dict[str, Any]]]) -> None:
    stands = {second: STANDS[second // 60 % 3] for second in range(60, SECONDS, 60)}
    assert arrived(stands, OUTAGE) == undisturbed
