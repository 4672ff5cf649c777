"""What the job's query makes of tallies; every expected row is worked out by hand."""

from pathlib import Path

import pytest

from tests.windows.conftest import COUNTED, QUERY, Row, arrived, run_file, tally, window
from windows.ordering import EventOrdering
from windows.query import parse_query


def test_tallies_of_a_window_are_added_up(tmp_path: Path) -> None:
    rows = run_file(
        tmp_path,
        [
            arrived(
                tally(
                    "1", "2026-03-02T10:00:15Z", faces=2, displayVisitors=1, visitors=1, newVisitors=1, female=1,
                    age25to34=1, happiness=2, sentimentTenths=20,
                )
            ),
            arrived(
                tally(
                    "2", "2026-03-02T10:00:15Z", faces=2, displayVisitors=1, visitors=1, returningVisitors=1, male=1,
                    age65plus=1, sadness=1, surprise=1, sentimentTenths=-15, withheld=3,
                )
            ),
        ],
    )  # fmt: skip
    counts = {
        "faces": 4, "displayVisitors": 2, "visitors": 2, "newVisitors": 1, "returningVisitors": 1, "female": 1,
        "male": 1, "age25to34": 1, "age65plus": 1, "happiness": 2, "sadness": 1, "surprise": 1, "withheld": 3,
    }  # fmt: skip
    # sentiment (2.0 − 1.5) / 4 = 0.125, half away from zero: 0.13
    assert rows["windows"] == [window("2026-03-02T10:00:15Z", "north", "door", 0.13, **counts)]
    assert rows["hours"] == [window("2026-03-02T11:00:00Z", "north", None, 0.13, **counts)]
    assert rows["days"] == [window("2026-03-03T00:00:00Z", "north", None, 0.13, **counts)]
    assert rows["powerbi"] == rows["windows"]
    assert "rejected" not in rows


@pytest.mark.parametrize("count", COUNTED)
def test_every_count_has_its_column_and_no_other(tmp_path: Path, count: str) -> None:
    (row,) = run_file(tmp_path, [arrived(tally("1", "2026-03-02T10:00:15Z", **{count: 7}))])["windows"]
    assert {name: row[name] for name in COUNTED} == {name: 7 if name == count else 0 for name in COUNTED}


def test_a_tally_of_one_split_alone_has_no_average(tmp_path: Path) -> None:
    rows = run_file(tmp_path, [arrived(tally("1", "2026-03-02T10:00:15Z", female=5, male=7))])
    assert rows["windows"] == [window("2026-03-02T10:00:15Z", "north", "door", None, female=5, male=7)]
    assert [rows[output][0]["avgSentiment"] for output in ("hours", "days")] == [None, None]


def test_a_pooled_tally_counts_whole_where_it_ends_and_the_row_says_since_when(tmp_path: Path) -> None:
    pooled = tally("1", "2026-03-02T11:20:30Z", windowStart="2026-03-02T09:40:00Z", faces=12, displayVisitors=5)
    same = tally("2", "2026-03-02T11:20:30Z", faces=1)
    rows = run_file(tmp_path, [arrived(pooled), arrived(same)])
    (row,) = rows["windows"]
    assert (row["windowStart"], row["windowEnd"]) == ("2026-03-02T09:40:00Z", "2026-03-02T11:20:30Z")
    assert [(hour["windowEnd"], hour["faces"]) for hour in rows["hours"]] == [("2026-03-02T12:00:00Z", 13)]


def test_a_tally_that_ends_at_the_full_hour_belongs_to_the_hour_and_the_day_that_end_then(tmp_path: Path) -> None:
    ends = ["2026-03-02T10:00:00Z", "2026-03-02T10:00:15Z", "2026-03-03T00:00:00Z", "2026-03-03T00:00:15Z"]
    rows = run_file(tmp_path, [arrived(tally(f"{n}", end, faces=1)) for n, end in enumerate(ends)])
    assert [row["windowEnd"] for row in rows["windows"]] == ends
    assert [row["windowEnd"] for row in rows["hours"]] == [
        "2026-03-02T10:00:00Z", "2026-03-02T11:00:00Z", "2026-03-03T00:00:00Z", "2026-03-03T01:00:00Z",
    ]  # fmt: skip
    assert [(row["windowEnd"], row["faces"]) for row in rows["days"]] == [
        ("2026-03-03T00:00:00Z", 3), ("2026-03-04T00:00:00Z", 1),
    ]  # fmt: skip


def test_two_stores_and_three_cameras_have_rows_of_their_own_and_stores_add_up(tmp_path: Path) -> None:
    end = "2026-03-02T10:00:15Z"
    rows = run_file(
        tmp_path,
        [
            arrived(tally("1", end, faces=2, sentimentTenths=10)),
            arrived(tally("2", end, camera="window", faces=1, sentimentTenths=-10, neutral=1)),
            arrived(tally("3", end, store="south", faces=1, visitors=1)),
        ],
    )
    assert rows["windows"] == [
        window(end, "north", "door", 0.5, faces=2),
        window(end, "north", "window", -1.0, faces=1, neutral=1),
        window(end, "south", "door", 0.0, faces=1, visitors=1),
    ]
    # The store's average weighs every face the same: 0 / 3, not the mean of 0.5 and −1.
    assert rows["hours"][0] == window("2026-03-02T11:00:00Z", "north", None, 0.0, faces=3, neutral=1)


def test_one_visitor_at_two_cameras_counts_at_both_displays_and_once_in_the_store(tmp_path: Path) -> None:
    """Issue 11: two cameras, one visitor: display visitors 1 and 1, visitors 1."""
    rows = run_file(
        tmp_path,
        [
            arrived(tally("1", "2026-03-02T10:00:15Z", faces=1, displayVisitors=1, visitors=1, newVisitors=1)),
            arrived(tally("2", "2026-03-02T10:20:15Z", camera="window", faces=1, displayVisitors=1)),
        ],
    )
    assert [(row["camera"], row["displayVisitors"], row["visitors"]) for row in rows["windows"]] == [
        ("door", 1, 1), ("window", 1, 0),
    ]  # fmt: skip
    assert [(row["displayVisitors"], row["visitors"]) for row in rows["days"]] == [(2, 1)]


def test_a_message_that_comes_again_counts_once(tmp_path: Path) -> None:
    first = tally("a", "2026-03-02T10:00:15Z", faces=2, sentimentTenths=20)
    other = tally("b", "2026-03-02T10:00:15Z", faces=1, sentimentTenths=-8)
    events = [arrived(first), arrived(other), arrived(first), arrived(first, "2026-03-02T10:00:16Z")]
    (row,) = run_file(tmp_path, events)["windows"]
    assert (row["faces"], row["avgSentiment"]) == (3, 0.4)


@pytest.mark.parametrize(
    ("end", "later"), [("10:00:15", "10:02:15"), ("09:59:45", "10:02:15"), ("10:00:00", "10:00:30")]
)
def test_a_copy_that_comes_late_counts_in_no_later_window_hour_or_day(tmp_path: Path, end: str, later: str) -> None:
    """The event-order policy moves it, across a full hour too."""
    first = tally("a", f"2026-03-02T{end}Z", faces=1)
    newer = tally("b", f"2026-03-02T{later}Z", faces=1)
    events = [arrived(first), arrived(newer), arrived(first, f"2026-03-02T{later}Z")]
    ordering = EventOrdering(lateArrivalMaxDelaySeconds=3600, outOfOrderMaxDelaySeconds=10)
    rows = run_file(tmp_path, events, ordering)
    assert [row["faces"] for row in rows["windows"]] == [1, 1]
    assert [sum(row["faces"] for row in rows[output]) for output in ("hours", "days")] == [2, 2]


def test_the_night_when_summer_time_ends_has_25_hours_and_each_counts_once(tmp_path: Path) -> None:
    """In Paris 2026-10-25 has two hours called 02:00; rows are by UTC, where they are two."""
    ends = [f"2026-10-24T{hour}:30:00Z" for hour in (22, 23)] + [f"2026-10-25T{hour:02}:30:00Z" for hour in range(23)]
    rows = run_file(tmp_path, [arrived(tally(f"{n:x}", end, visitors=4)) for n, end in enumerate(ends)])
    assert [row["visitors"] for row in rows["hours"]] == [4] * 25
    assert len({row["windowEnd"] for row in rows["hours"]}) == 25
    assert sum(row["visitors"] for row in rows["days"]) == 100


def test_windows_without_tallies_give_no_row(tmp_path: Path) -> None:
    ends = ["2026-03-02T10:00:15Z", "2026-03-02T10:10:15Z"]
    rows = run_file(tmp_path, [arrived(tally(f"{n}", end, faces=1)) for n, end in enumerate(ends)])
    assert [row["windowEnd"] for row in rows["windows"]] == ends


def test_no_events_give_no_rows(tmp_path: Path) -> None:
    assert run_file(tmp_path, []) == {}


@pytest.mark.parametrize(
    ("faces", "tenths", "average"),
    [(3, 0, 0.0), (4, -1, -0.03), (3, 4, 0.13), (3, -3, -0.1), (200, -3, 0.0), (200, 290, 0.15), (1, 10, 1.0)],
)
def test_averages_round_to_two_decimals_halves_away_from_zero(
    tmp_path: Path, faces: int, tenths: int, average: float
) -> None:
    rows = run_file(tmp_path, [arrived(tally("1", "2026-03-02T10:00:15Z", faces=faces, sentimentTenths=tenths))])
    assert [str(rows[output][0]["avgSentiment"]) for output in ("windows", "hours", "days")] == [str(average)] * 3


def test_the_columns_are_those_of_the_contract_in_its_order(tmp_path: Path) -> None:
    rows = run_file(tmp_path, [arrived(tally("1", "2026-03-02T10:00:15Z", faces=1))])
    quarter = ["windowStart", "windowEnd", "store", "camera", *COUNTED, "avgSentiment"]
    assert list(rows["windows"][0]) == list(rows["powerbi"][0]) == quarter
    assert list(rows["hours"][0]) == list(rows["days"][0]) == ["windowEnd", "store", *COUNTED, "avgSentiment"]


def test_the_query_reads_one_input_and_feeds_eight_outputs() -> None:
    query = parse_query(QUERY.read_text())
    assert (query.input, query.event_time) == ("footfall", "windowEnd")
    assert query.outputs == (
        "powerbi", "windows", "hours", "days", "traffic", "trafficHours", "trafficDays", "rejected",
    )  # fmt: skip


def test_the_largest_counts_add_up(tmp_path: Path) -> None:
    most: Row = dict.fromkeys(COUNTED, 1_000_000)
    rows = run_file(
        tmp_path,
        [arrived(tally(f"{n:x}", "2026-03-02T10:00:15Z", **most, sentimentTenths=10_000_000)) for n in range(500)],
    )
    assert rows["days"] == [window("2026-03-03T00:00:00Z", "north", None, 1.0, **dict.fromkeys(COUNTED, 500_000_000))]
