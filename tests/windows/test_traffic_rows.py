"""What the job's query makes of traffic; every expected row is worked out by hand."""

import itertools
import random
from pathlib import Path

import pytest

from tests.windows.conftest import PLACE_COUNTS, Row, arrived, before, heartbeat, place, run_file, tally
from windows.ordering import EventOrdering

COLUMNS = ["windowStart", "windowEnd", "store", "camera", "place", "kind", *PLACE_COUNTS, "watchedSeconds"]
SUMS = ["countIn", "countOut", "stays", "stays15", "stays60", "stays300"]
HOUR_COLUMNS = ["windowEnd", "store", "place", "kind", *SUMS, "cameras", "watchedSeconds"]
DAY_COLUMNS = [*HOUR_COLUMNS, "occupancy", "occupancyRaw"]


def stores(rows: list[Row]) -> list[Row]:
    """The rows of whole stores."""
    return [row for row in rows if row["place"] is None]


def places(rows: list[Row]) -> dict[str, Row]:
    return {row["place"]: row for row in rows if row["place"] is not None}


def test_a_place_s_quarter_minute_and_a_heartbeat_are_rows_of_their_own(tmp_path: Path) -> None:
    counts = {
        "countIn": 2, "countOut": 1, "inDay": 40, "outDay": 33, "peopleMax": 3,
        "stays": 4, "stays15": 3, "stays60": 2, "stays300": 1,
    }  # fmt: skip
    rows = run_file(
        tmp_path,
        [
            arrived(place("a", "2026-03-02T10:01:00Z", **counts)),
            arrived(heartbeat("b", "2026-03-02T10:01:00Z", watchedSeconds=58)),
        ],
    )
    where = {"store": "north", "camera": "door"}
    end = "2026-03-02T10:01:00Z"
    assert rows["traffic"] == [
        {
            "windowStart": "2026-03-02T10:00:45Z", "windowEnd": end, **where, "place": "front", "kind": "entrance",
            **counts, "watchedSeconds": None,
        },
        {
            "windowStart": "2026-03-02T10:00:00Z", "windowEnd": end, **where, "place": None, "kind": None,
            **dict.fromkeys(PLACE_COUNTS), "watchedSeconds": 58,
        },
    ]  # fmt: skip
    assert not {"windows", "hours", "days", "rejected"} & rows.keys()


def test_the_columns_are_those_of_the_contract_in_its_order(tmp_path: Path) -> None:
    rows = run_file(tmp_path, [arrived(place("a", "2026-03-02T10:01:00Z"))])
    assert list(rows["traffic"][0]) == COLUMNS
    assert [list(row) for row in rows["trafficHours"]] == [HOUR_COLUMNS] * 2
    assert [list(row) for row in rows["trafficDays"]] == [DAY_COLUMNS] * 2


def test_two_doors_add_up_in_the_store_and_a_passage_and_a_zone_do_not(tmp_path: Path) -> None:
    end = "2026-03-02T10:01:00Z"
    rows = run_file(
        tmp_path,
        [
            arrived(place("a", end, countIn=5, countOut=1)),
            arrived(place("b", end, camera="yard", place="back", countIn=2, countOut=1)),
            arrived(place("c", end, place="pavement", kind="passage", countIn=70, countOut=60)),
            arrived(place("d", end, place="shelf", kind="zone", stays=9, stays15=6, stays60=2, stays300=1)),
            arrived(place("e", "2026-03-02T10:02:00Z", countIn=1, countOut=2)),
        ],
    )
    hour = places(rows["trafficHours"])
    assert [(name, row["kind"], row["countIn"], row["countOut"]) for name, row in sorted(hour.items())] == [
        ("back", "entrance", 2, 1), ("front", "entrance", 6, 3),
        ("pavement", "passage", 70, 60), ("shelf", "zone", 0, 0),
    ]  # fmt: skip
    assert [hour["shelf"][name] for name in SUMS[2:]] == [9, 6, 2, 1]
    (store,) = stores(rows["trafficHours"])
    assert (store["countIn"], store["countOut"], store["kind"]) == (8, 4, None)
    (day,) = stores(rows["trafficDays"])
    assert (day["countIn"], day["countOut"], day["occupancy"], day["occupancyRaw"]) == (8, 4, 4, 4)


def test_more_out_than_in_is_nobody_and_the_raw_figure_says_how_far_off(tmp_path: Path) -> None:
    rows = run_file(tmp_path, [arrived(place("a", "2026-03-02T10:01:00Z", countIn=2, countOut=5))])
    (day,) = stores(rows["trafficDays"])
    assert (day["occupancy"], day["occupancyRaw"]) == (0, -3)
    assert places(rows["trafficDays"])["front"]["occupancyRaw"] is None


def test_a_silent_camera_is_missing_among_those_that_report_and_a_blind_one_has_watched_nothing(
    tmp_path: Path,
) -> None:
    minutes = [f"2026-03-02T10:{minute:02}:00Z" for minute in range(1, 60)] + ["2026-03-02T11:00:00Z"]
    number = itertools.count()
    events = [arrived(heartbeat(f"{next(number):x}", end)) for end in minutes]
    events += [arrived(heartbeat(f"{next(number):x}", end, camera="blind", watchedSeconds=0)) for end in minutes]
    events += [arrived(heartbeat(f"{next(number):x}", end, camera="silent")) for end in minutes[:10]]
    events += [arrived(heartbeat(f"{next(number):x}", "2026-03-02T11:01:00Z"))]
    events.sort(key=lambda event: event["enqueuedAt"])
    rows = run_file(tmp_path, events)
    assert [(row["windowEnd"], row["cameras"], row["watchedSeconds"]) for row in stores(rows["trafficHours"])] == [
        ("2026-03-02T11:00:00Z", 3, 3600 + 600), ("2026-03-02T12:00:00Z", 1, 60),
    ]  # fmt: skip
    (day,) = stores(rows["trafficDays"])
    assert (day["cameras"], day["watchedSeconds"], day["countIn"], day["occupancyRaw"]) == (3, 4260, 0, 0)
    assert places(rows["trafficHours"]) == {}


def test_a_camera_that_only_counts_is_not_said_to_report(tmp_path: Path) -> None:
    rows = run_file(tmp_path, [arrived(place("a", "2026-03-02T10:01:00Z", countIn=1))])
    (store,) = stores(rows["trafficHours"])
    assert (store["cameras"], store["watchedSeconds"]) == (0, 0)


def test_zeros_only_are_rows_of_zeros(tmp_path: Path) -> None:
    rows = run_file(tmp_path, [arrived(place("a", "2026-03-02T10:01:00Z"))])
    front = places(rows["trafficDays"])["front"]
    assert [front[name] for name in SUMS] == [0] * 6
    (store,) = stores(rows["trafficDays"])
    assert (store["countIn"], store["countOut"], store["occupancy"], store["occupancyRaw"]) == (0, 0, 0, 0)


def test_a_row_without_some_counts_has_0_there(tmp_path: Path) -> None:
    bare = {name: value for name, value in place("a", "2026-03-02T10:01:00Z").items() if name not in PLACE_COUNTS}
    rows = run_file(tmp_path, [arrived(bare | {"countIn": 3})])
    (row,) = rows["traffic"]
    assert [row[name] for name in PLACE_COUNTS] == [3, *[0] * 8]


def test_a_restart_takes_the_day_s_totals_back_and_nothing_from_the_sums(tmp_path: Path) -> None:
    """A camera that has lost its day totals begins again at 0; hours and days come of what was counted."""
    rows = run_file(
        tmp_path,
        [
            arrived(place("a", "2026-03-02T10:01:00Z", countIn=4, inDay=40, outDay=20)),
            arrived(place("b", "2026-03-02T10:05:00Z", countIn=1, countOut=2, inDay=1, outDay=2)),
        ],
    )
    assert [(row["inDay"], row["outDay"]) for row in rows["traffic"]] == [(40, 20), (1, 2)]
    (day,) = stores(rows["trafficDays"])
    assert (day["countIn"], day["countOut"], day["occupancyRaw"]) == (5, 2, 3)


def test_pooled_rows_lie_within_their_hour_and_say_since_when(tmp_path: Path) -> None:
    first = place("a", "2026-03-02T11:00:00Z", windowStart="2026-03-02T10:00:00Z", countIn=7)
    second = place("b", "2026-03-02T11:32:15Z", windowStart="2026-03-02T11:00:00Z", countIn=6)
    rows = run_file(tmp_path, [arrived(first), arrived(second)])
    assert [row["windowStart"] for row in rows["traffic"]] == ["2026-03-02T10:00:00Z", "2026-03-02T11:00:00Z"]
    assert [(row["windowEnd"], row["countIn"]) for row in stores(rows["trafficHours"])] == [
        ("2026-03-02T11:00:00Z", 7), ("2026-03-02T12:00:00Z", 6),
    ]  # fmt: skip


def test_messages_that_come_twice_and_in_any_order_count_once(tmp_path: Path) -> None:
    ends = [f"2026-03-02T10:{minute:02}:{second:02}Z" for minute in range(1, 9) for second in (0, 15, 30, 45)]
    bodies: list[Row] = [place(f"a{n:02x}", end, countIn=1, countOut=n % 2) for n, end in enumerate(ends)]
    bodies += [heartbeat(f"b{n:02x}", end) for n, end in enumerate(ends) if end.endswith(":00Z")]
    bodies += [tally(f"c{n:02x}", end, faces=1) for n, end in enumerate(ends)]
    straight = run_file(tmp_path, [arrived(body) for body in bodies])
    shuffled = bodies * 2
    random.Random(5).shuffle(shuffled)  # noqa: S311
    late = "2026-03-02T10:08:45Z"
    patient = EventOrdering(lateArrivalMaxDelaySeconds=86400, outOfOrderMaxDelaySeconds=599)
    assert run_file(tmp_path, [arrived(body, late) for body in shuffled], patient) == straight


@pytest.mark.parametrize("minutes", [1, 59])
def test_the_start_of_a_row_is_the_earliest_of_what_is_in_it(tmp_path: Path, minutes: int) -> None:
    end = "2026-03-02T11:00:00Z"
    early = place("a", end, windowStart=before(end, 60 * minutes), countIn=1)
    (row,) = run_file(tmp_path, [arrived(place("b", end, countIn=1)), arrived(early)])["traffic"]
    assert (row["windowStart"], row["countIn"]) == (before(end, 60 * minutes), 2)
