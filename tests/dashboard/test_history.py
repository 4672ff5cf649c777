"""Rows are read once and kept whole: every look is of one moment, what can't be right stays out."""

import json
import resource
import threading
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from dashboard.board import Board
from dashboard.calendar import Calendar
from dashboard.columns import FACE_COUNTS, OUTPUTS, TRAFFIC, TRAFFIC_COUNTS, WINDOWS
from dashboard.feed import Feed
from dashboard.history import KEEP, History, open_history
from dashboard.look import Selection
from dashboard.notes import Notes, NotesFile
from dashboard.opening import read_opening_hours
from dashboard.snapshot import take
from dashboard.tail import CHUNK_BYTES, Mark
from dashboard.view import Rules, View
from tests.dashboard.rows import Row, at, heartbeat, people, row, stamp, total, traffic, write

START = at("2026-03-10 09:00:00")
NOW = at("2026-03-11 00:00:00")
RULES = Rules(Calendar(UTC, "UTC"), read_opening_hours(""))
ALL = Selection(at("2000-01-01 00:00:00"), at("2100-01-01 00:00:00"))


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    kept = History(tmp_path / "dashboard.duckdb", tmp_path)
    yield kept
    kept.close()


def add(history: History, rows: list[Row], output: Any = WINDOWS, now: datetime = NOW) -> int:
    lines = [json.dumps(each).encode() for each in rows]
    return history.add(output, lines, 0, Mark(), now)


def sums(history: History) -> Row:
    with history.looking() as look:
        return look.faces(ALL).get(None, dict.fromkeys(FACE_COUNTS, 0))


@pytest.mark.parametrize(
    "wrong",
    [
        {"visitors": -1}, {"visitors": 1_000_001}, {"visitors": 1.5}, {"visitors": "3"}, {"visitors": [3]},
        {"store": "Not A Name"}, {"store": None}, {"camera": "x" * 64}, {"avgSentiment": 2}, {"avgSentiment": "glad"},
        {"windowEnd": "2026-03-10 10:00"}, {"windowEnd": "0001-01-01T00:00:00Z"}, {"windowEnd": "9999-12-31T00:00:00Z"},
        {"windowEnd": None}, {"windowEnd": "2026-03-13T09:00:00Z"}, {"windowStart": "2026-03-10T09:00:15Z"},
        {"windowStart": "2026-03-08T09:00:15Z"}, {"windowStart": "soon"},
    ],
)  # fmt: skip
def test_a_row_that_can_not_be_right_stays_out(history: History, wrong: Row) -> None:
    good = people(START + timedelta(seconds=15), 3)
    assert add(history, [good, good | wrong, good]) == 1
    assert sums(history)["visitors"] == 6


@pytest.mark.parametrize(
    "line", [b"secret words", b"[1]", b'"x"', b"null", b"{}", b'{"windowEnd":', b"\xff\xfe{}", b"1e999"]
)
def test_a_line_that_is_no_row_is_counted(history: History, line: bytes) -> None:
    good = json.dumps(people(START + timedelta(seconds=15), 3)).encode()
    assert history.add(WINDOWS, [good, line], 2, Mark(), NOW) == 3
    assert sums(history)["visitors"] == 3


@given(
    line=st.binary(max_size=200).filter(lambda line: b"\n" not in line)
    | st.text(max_size=60).map(lambda t: json.dumps({"store": t}).encode())
)
@settings(max_examples=60, deadline=None)
def test_no_line_stops_it(tmp_path_factory: pytest.TempPathFactory, line: bytes) -> None:
    folder = tmp_path_factory.mktemp("fuzz")
    kept = History(folder / "dashboard.duckdb", folder)
    try:
        for output in (WINDOWS, TRAFFIC):
            assert kept.add(output, [line], 0, Mark(), NOW) in (0, 1)
        assert sums(kept)["faces"] == 0
    finally:
        kept.close()


def test_an_absent_count_is_none_and_rows_of_earlier_versions_are_read(history: History) -> None:
    """They had neither windowStart nor displayVisitors; their visitors were counted at one camera."""
    old = people(START + timedelta(seconds=15), 3) | {"avgDwellSeconds": 4.0}
    for column in ("windowStart", "displayVisitors", "withheld"):
        del old[column]
    few = {"windowEnd": "2026-03-10T09:00:30.0000000Z", "store": "s", "camera": "c", "faces": 2, "avgSentiment": None}
    assert add(history, [old, few]) == 0
    counted = sums(history)
    assert (counted["faces"], counted["visitors"], counted["displayVisitors"], counted["withheld"]) == (5, 3, 3, 0)


def test_a_row_over_several_quarters_is_spread_by_time_and_stays_whole(history: History) -> None:
    wide = people(at("2026-03-10 10:05:00"), 12) | {"windowStart": "2026-03-10T09:35:00Z"}
    add(history, [wide, people(at("2026-03-10 09:50:00"), 5)])
    with history.looking() as look:
        quarters = {quarter.strftime("%H:%M"): each for quarter, each in look.faces(ALL, "quarter").items()}
    assert {name: each["visitors"] for name, each in quarters.items()} == {"09:30": 4, "09:45": 11, "10:00": 2}
    assert quarters["09:45"]["spread"] == 12, "six of visitors and six of faces came spread"
    assert sums(history)["visitors"] == 17


@given(
    rows=st.lists(
        st.tuples(st.integers(0, 500), st.integers(1, 500), st.integers(0, 50), st.sampled_from(("a", "b"))),
        max_size=40,
    ),
    order=st.randoms(use_true_random=False),
)
@settings(max_examples=25, deadline=None)
def test_sums_are_those_of_the_rows_in_any_order_and_any_pieces(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, int, int, str]], order: Any
) -> None:
    folder = tmp_path_factory.mktemp("order")
    kept = History(folder / "dashboard.duckdb", folder)
    made = [
        people(START + timedelta(seconds=15 * step), count, camera=camera, width=timedelta(seconds=15 * width))
        for step, width, count, camera in rows
    ]
    order.shuffle(made)
    try:
        for number, piece in enumerate((made[::2], made[1::2])):
            add(kept, piece)
            if number:
                kept.tidy(NOW)
        counted = sums(kept)
        for name in ("faces", "visitors", "female", "neutral"):
            assert counted[name] == total(made, name)
    finally:
        kept.close()


@pytest.mark.parametrize("key", ["quarter", "date_trunc('hour', quarter)", "CAST(quarter AS DATE)"])
@given(
    rows=st.lists(
        st.tuples(st.integers(0, 5000), st.integers(1, 4000), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)),
        min_size=1,
        max_size=8,
    )
)
@settings(max_examples=15, deadline=None)
def test_parts_of_groups_are_whole_people_and_add_up(
    tmp_path_factory: pytest.TempPathFactory, key: str, rows: list[tuple[int, int, int, int, int]]
) -> None:
    """Nine over two hours are five and four, never four and four: whatever is added up, it is all of them."""
    folder = tmp_path_factory.mktemp("parts")
    kept = History(folder / "dashboard.duckdb", folder)
    made = [
        people(START + timedelta(seconds=15 * step), women + men, female=women, male=men, withheld=left)
        | {"windowStart": stamp(START + timedelta(seconds=15 * (step - width)))}
        for step, width, women, men, left in rows
    ]
    try:
        assert add(kept, made) == 0
        with kept.looking() as look:
            parts = look.faces(ALL, key).values()
        for name in ("faces", "visitors", "female", "male", "withheld"):
            assert all(isinstance(each[name], int) and each[name] >= 0 for each in parts)
            assert sum(each[name] for each in parts) == total(made, name)
    finally:
        kept.close()


@given(
    rows=st.lists(
        st.tuples(st.integers(0, 30), st.integers(0, 239), st.integers(1, 240), st.integers(0, 40)),
        min_size=1,
        max_size=30,
    )
)
@settings(max_examples=25, deadline=None)
def test_hours_of_people_are_exact_however_long_their_rows(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, int, int, int]]
) -> None:
    """Pooled rows of people reach over quarters, never over a full hour."""
    folder = tmp_path_factory.mktemp("hours")
    kept = History(folder / "dashboard.duckdb", folder)
    truth: dict[datetime, int] = defaultdict(int)
    made = []
    for hour, start, width, count in rows:
        begin = START + timedelta(hours=hour)
        end = min(240, start + width)
        made.append(
            traffic(
                begin + timedelta(seconds=15 * end), "zone", width=timedelta(seconds=15 * (end - start)), stays=count
            )
        )
        truth[begin.replace(tzinfo=None)] += count
    try:
        assert add(kept, made, TRAFFIC, at("2026-03-20 00:00:00")) == 0
        with kept.looking() as look:
            hours = look.traffic(ALL, "date_trunc('hour', quarter)", ("zoneStays",))
        assert {hour: sums["zoneStays"] for hour, sums in hours.items()} == truth
    finally:
        kept.close()


def test_a_look_while_rows_arrive_is_of_one_moment(history: History) -> None:
    batches = [
        [people(START + timedelta(seconds=15 * (50 * batch + step)), 1) for step in range(1, 51)] for batch in range(30)
    ]

    def fill() -> None:
        for batch in batches:
            add(history, batch)

    writer = threading.Thread(target=fill)
    writer.start()
    looks = []
    while writer.is_alive():
        with history.looking() as look:
            looks.append(take(look, View(day=date(2026, 3, 10)), RULES, Notes(), NOW))
    writer.join()
    for figures in looks:
        visitors = figures["total"]["visitors"]
        assert sum(hour["visitors"] for hour in figures["course"]) == visitors
        newest = (START + timedelta(seconds=15 * visitors)).strftime("%Y-%m-%dT%H:%M:%SZ")
        assert (figures["now"] or {"windowEnd": newest})["windowEnd"] == newest
        assert len(figures["rows"]) == min(visitors, 40)


def test_days_past_the_limit_go_by_the_clock_not_by_a_row(history: History) -> None:
    add(history, [people(START, 1)])
    history.tidy(NOW)
    assert sums(history)["visitors"] == 1
    history.tidy(START + KEEP + timedelta(days=1))
    assert sums(history)["visitors"] == 0


def follow(rows: Path, scratch: Path) -> tuple[History, bool, Feed]:
    scratch.mkdir(exist_ok=True)
    kept, lasts = open_history(rows, scratch)
    feed = Feed(rows, kept, [], lambda: NOW)
    feed.read_all()
    return kept, lasts, feed


def test_pages_are_answered_while_history_is_read(tmp_path: Path) -> None:
    """A year is read in small pieces; what has come so far is shown, and said to be so far."""
    line = people(START + timedelta(seconds=15), 1)
    count = 5 * CHUNK_BYTES // len(json.dumps(line)) // 4
    write(tmp_path, [line] * count)
    kept, _ = open_history(tmp_path, tmp_path)
    feed = Feed(tmp_path, kept, [], lambda: NOW)
    board = Board(feed, kept, RULES, NotesFile(tmp_path), lambda: NOW)
    view = View(day=date(2026, 3, 10))
    assert feed.read_piece()
    so_far = board.snapshot(view)
    assert 0 < so_far["total"]["visitors"] < count
    assert 0 < so_far["reading"] < 1
    feed.read_all()
    assert board.snapshot(view)["total"]["visitors"] == count
    kept.close()


def test_what_was_read_is_not_read_again(tmp_path: Path) -> None:
    first, second = people(START + timedelta(seconds=15), 3), people(START + timedelta(seconds=30), 4)
    filler = [people(START + timedelta(seconds=15), 0) for _ in range(20)]
    path = write(tmp_path, [*filler, first])
    kept, lasts, _ = follow(tmp_path, tmp_path / "a")
    kept.close()
    # Past the beginning by which the file is known, one that was read is changed: nobody looks at it again.
    path.write_bytes(path.read_bytes()[: -len(json.dumps(first)) - 1] + b"x" * len(json.dumps(first)) + b"\n")
    write(tmp_path, [second])
    kept, lasts_too, feed = follow(tmp_path, tmp_path / "b")
    assert (lasts, lasts_too, feed.unreadable) == (True, True, 0)
    assert sums(kept)["visitors"] == 7
    kept.close()


def test_a_replaced_file_replaces_its_own_numbers_only(tmp_path: Path) -> None:
    write(tmp_path, [people(START + timedelta(seconds=15), 3)])
    write(tmp_path, [traffic(START + timedelta(seconds=15), "entrance", countIn=2)], "traffic")
    kept, _, _ = follow(tmp_path, tmp_path / "a")
    kept.close()
    (tmp_path / "windows.jsonl").unlink()
    write(tmp_path, [people(START + timedelta(seconds=45), 5)])
    kept, _, _ = follow(tmp_path, tmp_path / "b")
    with kept.looking() as look:
        assert look.traffic(ALL)[None]["entranceCountIn"] == 2
        assert look.faces(ALL)[None]["visitors"] == 5
    kept.close()


def test_a_file_that_cannot_be_read_for_a_moment_ends_nothing_and_costs_no_row(tmp_path: Path) -> None:
    """EMFILE: the process has no file descriptor left for a moment."""
    kept, _ = open_history(tmp_path, tmp_path)
    feed = Feed(tmp_path, kept, [], lambda: NOW)
    write(tmp_path, [people(START + timedelta(seconds=15), 3)])
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        with capture_logs() as logs:
            assert not any(feed.read_piece() for _ in range(2))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert len([line for line in logs if line["event"] == "rows can't be read"]) == len(OUTPUTS)
    feed.read_all()
    assert sums(kept)["visitors"] == 3
    kept.close()


def test_a_damaged_history_is_made_anew_from_the_text(tmp_path: Path) -> None:
    write(tmp_path, [people(START + timedelta(seconds=15), 3)])
    (tmp_path / "dashboard.duckdb").write_bytes(b"not a database at all" * 1000)
    first, lasts, _ = follow(tmp_path, tmp_path / "a")
    assert lasts
    assert sums(first)["visitors"] == 3
    first.close()


def test_heartbeats_are_kept_as_sums_and_say_when_nobody_came(history: History) -> None:
    add(history, [heartbeat(START + timedelta(minutes=n)) for n in range(1, 31)], TRAFFIC)
    with history.looking() as look:
        assert look.traffic(ALL)[None]["watchedSeconds"] == 1800
        assert look.by_place(ALL) == []
        assert look.latest("traffic", ALL, 5) == []


def test_the_latest_rows_come_newest_first(history: History) -> None:
    add(history, [people(START + timedelta(seconds=15 * step), step) for step in range(1, 6)])
    with history.looking() as look:
        assert [each["visitors"] for each in look.latest("windows", ALL, 3)] == [5, 4, 3]


def test_columns_are_those_of_the_contract() -> None:
    made = row(START)
    assert set(WINDOWS.columns) == set(made)
    assert set(TRAFFIC_COUNTS) < set(TRAFFIC.columns)
    assert set(traffic(START, "zone")) | {"watchedSeconds"} == set(TRAFFIC.columns)
