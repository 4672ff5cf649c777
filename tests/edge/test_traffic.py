"""Counts on the 15-second grid: each once, with its day, through restarts and clocks that step."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from edge.counting.counter import Counted, Crossing, Stay
from edge.counting.day import DayStart
from edge.counting.grid import UsedUp
from edge.counting.ledger import Ledger
from edge.counting.places import Line, Zone
from edge.counting.rows import Blob, Row, Source
from edge.counting.traffic import State, Traffic
from edge.spool import disk
from vision.boxes import Point

SHOP = Source("north", "door-1")
DOOR = Line("door", Point(0, 0.5), Point(1, 0.5))
DISPLAY = Zone("display", (Point(0, 0), Point(1, 0), Point(1, 1)))
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MIDNIGHT = DayStart.read("00:00")
IN, OUT = Counted((Crossing(DOOR, "in", 0.0),)), Counted((Crossing(DOOR, "out", 0.0),))


class Camera:
    """A camera's traffic, fed by a wall clock that the test sets; keeps what has left."""

    def __init__(self, state: State | None = None, every: int = 60, day_start: DayStart = MIDNIGHT) -> None:
        self.traffic = Traffic(state or State())
        self._every, self._day_start = every, day_start
        self.blobs: list[Blob] = []

    def count(self, seconds: float, counted: Counted = IN) -> None:
        """Count at so many seconds after noon."""
        self.traffic.add(counted, NOON + timedelta(seconds=seconds), SHOP, self._day_start)

    def tick(self, seconds: float) -> None:
        """The clock shows so many seconds after noon."""
        self.traffic.move_on(NOON + timedelta(seconds=seconds), SHOP, self._day_start)
        self._send()

    def finish(self) -> None:
        self.traffic.finish(SHOP, self._day_start)
        self._send()

    def _send(self) -> None:
        while blob := self.traffic.seal(self._every):
            self.blobs.append(blob)
            self.traffic.sealed()

    @property
    def rows(self) -> list[Row]:
        return [row for blob in self.blobs for row in blob.rows]

    @property
    def places(self) -> list[Row]:
        return [row for row in self.rows if "place" in row]


def total(rows: Iterable[Row], name: str) -> int:
    return sum(int(row[name]) for row in rows)


def test_a_minute_leaves_as_one_blob_of_the_contract() -> None:
    camera = Camera()
    camera.count(3)
    camera.count(3.2)
    camera.count(20, OUT)
    camera.count(21, Counted(stays=(Stay(DISPLAY, 0.0, 70.0), Stay(DISPLAY, 0.0, 6.0)), present=((DISPLAY, 3),)))
    camera.traffic.watched(58.6)
    for second in range(22, 62):
        camera.tick(second)
    (blob,) = camera.blobs
    assert blob.name == "north/door-1/2026/03/01/120100Z.json"
    head = {"schema": "footfall.traffic/1", "store": "north", "camera": "door-1"}
    none = {"peopleMax": 0, "stays": 0, "stays15": 0, "stays60": 0, "stays300": 0}
    door = {"place": "door", "kind": "entrance", **none}
    assert [{name: value for name, value in row.items() if name != "tallyId"} for row in blob.rows] == [
        {**head, "windowEnd": "2026-03-01T12:00:15Z", **door, "countIn": 2, "countOut": 0, "inDay": 2, "outDay": 0},
        {**head, "windowEnd": "2026-03-01T12:00:30Z", **door, "countIn": 0, "countOut": 1, "inDay": 2, "outDay": 1},
        {
            **head,
            "windowEnd": "2026-03-01T12:00:30Z",
            "place": "display",
            "kind": "zone",
            **dict.fromkeys(("countIn", "countOut", "inDay", "outDay"), 0),
            "peopleMax": 3,
            "stays": 2,
            "stays15": 1,
            "stays60": 1,
            "stays300": 0,
        },
        {**head, "windowEnd": "2026-03-01T12:01:00Z", "watchedSeconds": 59},
    ]


def test_ids_are_of_the_camera_the_place_and_the_time_alone() -> None:
    rows = []
    for _ in range(2):
        camera = Camera()
        camera.count(3)
        camera.tick(61)
        rows.append(camera.rows)
    assert rows[0] == rows[1]
    ids = [str(row["tallyId"]) for row in rows[0]]
    assert len(set(ids)) == len(ids)
    assert all(len(identity) == 32 and set(identity) <= set("0123456789abcdef") for identity in ids)


def test_an_empty_shop_has_a_heartbeat_a_minute_and_a_blind_camera_one_without_seconds() -> None:
    camera = Camera()
    for second in range(1, 182):
        if second <= 60:
            camera.traffic.watched(1.0)
        camera.tick(second)
    assert [row["watchedSeconds"] for row in camera.rows] == [60, 0, 0]
    assert camera.places == []


def test_traffic_seconds_says_how_often_a_blob_leaves() -> None:
    camera = Camera(every=600)
    for second in range(1, 1801):
        camera.tick(second)
        camera.count(second)
    assert [len(blob.rows) for blob in camera.blobs] == [50, 50]
    assert [blob.name[-12:] for blob in camera.blobs] == ["121000Z.json", "122000Z.json"]


def test_what_waited_for_hours_leaves_in_blobs_of_their_own_time() -> None:
    """The function takes no row that is more than an hour older than its blob."""
    camera = Camera(every=3600)
    camera.count(3)
    camera.tick(4 * 3600 + 1)
    camera.count(4 * 3600 + 2)
    camera.finish()
    assert [blob.name[-12:] for blob in camera.blobs] == ["120100Z.json", "160100Z.json"]


def test_day_totals_start_anew_at_the_days_start_and_heal_a_lost_row() -> None:
    camera = Camera(every=600, day_start=DayStart.read("12:01"))
    for second in (50, 59, 60, 60.5, 70, 80):
        camera.count(second)
    camera.tick(601)
    assert [(row["windowEnd"][-9:], row["countIn"], row["inDay"]) for row in camera.places] == [  # type: ignore[index]
        ("12:01:00Z", 3, 3),
        ("12:01:15Z", 2, 2),
        ("12:01:30Z", 1, 3),
    ]


def test_a_restart_goes_on_with_the_days_totals(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, disk.write)
    camera = Camera(ledger.load())
    camera.count(3)
    camera.tick(16)
    camera.count(17)
    ledger.keep(camera.traffic.state)
    again = Camera(Ledger(tmp_path, disk.write).load())
    again.count(24)
    again.tick(61)
    assert camera.blobs == []
    assert [(row["countIn"], row["inDay"]) for row in again.places] == [(1, 1), (2, 3)]
    assert total(again.rows[-1:], "watchedSeconds") == 0


def test_a_blob_that_was_made_but_perhaps_not_kept_is_made_again_the_same(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, disk.write)
    first = Traffic(ledger.load())
    first.add(IN, NOON + timedelta(seconds=3), SHOP, MIDNIGHT)
    first.move_on(NOON + timedelta(seconds=61), SHOP, MIDNIGHT)
    blob = first.seal(60)
    ledger.keep(first.state)
    again = Traffic(Ledger(tmp_path, disk.write).load())
    again.move_on(NOON + timedelta(seconds=3600), SHOP, MIDNIGHT)
    assert again.seal(60) == blob


def test_after_an_end_within_a_minute_the_next_start_tells_of_none_of_it_twice() -> None:
    camera = Camera()
    camera.count(3)
    camera.finish()
    again = Camera(camera.traffic.state)
    again.count(9)
    again.tick(121)
    rows = camera.rows + again.rows
    assert len({row["tallyId"] for row in rows}) == len(rows)
    assert total([*camera.places, *again.places], "countIn") == 2
    assert {blob.name for blob in camera.blobs}.isdisjoint(blob.name for blob in again.blobs)


@example(pauses=[(0.0, False), (26.0, False), (40.0, False)], steps=[(1, -125)], every=15)
@given(
    st.lists(st.tuples(st.floats(0, 40), st.booleans()), max_size=30),
    st.lists(st.tuples(st.integers(0, 29), st.sampled_from([-90_000, -3600, -125, -15, -1, 1, 30, 7200])), max_size=5),
    st.sampled_from([15, 60, 600]),
)
def test_a_clock_that_steps_loses_nothing_and_tells_nothing_twice(
    pauses: list[tuple[float, bool]], steps: list[tuple[int, int]], every: int
) -> None:
    camera, second = Camera(every=every), 0.0
    for number, (pause, counts) in enumerate(pauses):
        second += pause + sum(step for place, step in steps if place == number)
        if counts:
            camera.count(second)
        camera.tick(second)
    camera.finish()
    assert total(camera.places, "countIn") == sum(counts for _, counts in pauses)
    ids = [row["tallyId"] for row in camera.rows]
    names = [blob.name for blob in camera.blobs]
    assert len(set(ids)) == len(ids)
    assert len(set(names)) == len(names)


@given(st.lists(st.integers(0, 60), max_size=40))
def test_a_quarter_minute_that_has_left_is_never_free_again(ends: list[int]) -> None:
    used, gone = UsedUp(), set()
    for end in ends:
        free = used.next_free(end * 15)
        assert free >= end * 15
        assert free not in gone
        gone.add(free)
        used.add(free, free)


def test_a_damaged_ledger_starts_anew(tmp_path: Path) -> None:
    (tmp_path / "traffic.json").write_bytes(b'{"open_end": "x"')
    assert Ledger(tmp_path, disk.write).load() == State()


def test_a_ledger_holds_sums_and_no_one(tmp_path: Path) -> None:
    camera = Camera()
    camera.count(3, Counted((Crossing(DOOR, "in", 12.345),), (Stay(DISPLAY, 12.345, 67.89),)))
    Ledger(tmp_path, disk.write).keep(camera.traffic.state)
    kept = (tmp_path / "traffic.json").read_text()
    assert "12.345" not in kept
    assert "67.89" not in kept
    assert json.loads(kept)["tallies"]["display"]["stays"] == [1, 1, 1, 0]


def test_a_full_disk_is_said_once_and_counting_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger, camera = Ledger(tmp_path, lambda *_: "No space left on device"), Camera()
    for second in range(5):
        camera.count(second)
        ledger.keep(camera.traffic.state)
    said = "".join(capsys.readouterr())  # where to depends on whether a test before has set up the log
    assert said.count("traffic ledger not kept") == 1


@pytest.mark.parametrize(
    ("text", "moment", "day"),
    [
        ("00:00", "2026-03-01T23:59:59", "2026-03-01"),
        ("06:00", "2026-03-02T05:59:59", "2026-03-01"),
        ("06:00", "2026-03-02T06:00:00", "2026-03-02"),
        ("06:00 Europe/Berlin", "2026-07-02T03:59:59", "2026-07-01"),
        ("06:00 Europe/Berlin", "2026-07-02T04:00:00", "2026-07-02"),
        ("00:00 Pacific/Auckland", "2026-07-01T12:00:00", "2026-07-02"),
    ],
)
def test_a_moment_belongs_to_the_day_that_started_last(text: str, moment: str, day: str) -> None:
    assert str(DayStart.read(text).day(datetime.fromisoformat(moment).replace(tzinfo=UTC))) == day


@pytest.mark.parametrize("start", ["01:30", "02:00", "02:30", "03:00", "00:00"])
@pytest.mark.parametrize("night", [datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 10, 24, tzinfo=UTC)])
def test_a_day_starts_once_also_when_clocks_change(start: str, night: datetime) -> None:
    day_start = DayStart.read(f"{start} Europe/Berlin")
    days = [day_start.day(night + timedelta(minutes=10 * step)) for step in range(2 * 144)]
    assert days == sorted(days)
    assert days[-1] - days[0] == timedelta(days=len(set(days)) - 1)


@pytest.mark.parametrize("text", ["6:00", "24:00", "06:60", "06:00 Mars/Base", "06:00 ../etc/passwd", "", "06:00  UTC"])
def test_a_day_start_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected|no such time zone"):
        DayStart.read(text)
