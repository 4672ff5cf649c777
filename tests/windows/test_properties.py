"""For any events, in any order and cut anywhere, the rows are those of the plain-Python reference."""

import json
from collections import defaultdict
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from local.windows.dataflow import connect
from local.windows.ordering import EventOrdering
from local.windows.stream import Arrival, Stream
from tests.windows.conftest import AGE_BANDS, EMOTIONS, Row, arrived, run_file, the_plan
from tests.windows.reference import EPOCH, Arrived, expected_rows

START = 1_772_445_570  # 2026-03-02T09:59:30Z: a minute on either side of a full hour
RUNS = settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)


def text_time(seconds: float) -> str:
    return (EPOCH + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


@st.composite
def bodies(draw: st.DrawFn) -> Row:
    return {
        "schema": "footfall.visit/1",
        "eventId": draw(st.sampled_from([f"{n:032x}" for n in range(30)])),
        "store": draw(st.sampled_from(["north", "south"])),
        "camera": draw(st.sampled_from(["door", "window", "till"])),
        "seenAt": text_time(START + draw(st.integers(0, 90))),
        "visit": draw(st.sampled_from(["new", "returning", "present", "unknown"])),
        "dwellSeconds": draw(st.integers(0, 5000)),
        "ageBand": draw(st.sampled_from([*AGE_BANDS, "unknown"])),
        "gender": draw(st.sampled_from(["female", "male", "unknown"])),
        "emotion": draw(st.sampled_from([*EMOTIONS, "unknown"])),
        "sentiment": draw(st.integers(-10, 10)) / 10,
    }


@st.composite
def streams(draw: st.DrawFn, partitions: int) -> list[Arrived]:
    """Events in the order of arrival: the clock moves on by up to 12 s each; one in a few comes a second time."""
    clock = START + 20.0
    events: list[Arrived] = []
    for body in draw(st.lists(bodies(), max_size=40)):
        clock += draw(st.integers(0, 48)) / 4
        partition = draw(st.integers(0, partitions - 1))
        early = draw(st.integers(0, 9)) == 0
        known = body | {"seenAt": text_time(clock // 1 + 400)} if early else body
        events.append(Arrived(known, clock, partition))
        if draw(st.integers(0, 3)) == 0:
            clock += draw(st.integers(0, 200)) / 4
            events.append(Arrived(known, clock, partition))
    return events


orderings = st.builds(
    lambda late, slack, policy: EventOrdering(
        lateArrivalMaxDelaySeconds=late, outOfOrderMaxDelaySeconds=slack, outOfOrderPolicy=policy
    ),
    st.sampled_from([0, 5, 20, 60, 86400]),
    st.sampled_from([0, 5, 30, 599]),
    st.sampled_from(["Adjust", "Drop"]),
)


def rows_expected(events: list[Arrived], ordering: EventOrdering) -> dict[str, list[Row]]:
    expected = expected_rows(events, ordering.late_seconds, ordering.out_of_order_seconds, ordering.policy == "Drop")
    return {output: rows for output, rows in expected.items() if rows}


@RUNS
@given(streams(partitions=1), orderings)
def test_a_file_gives_the_references_rows(events: list[Arrived], ordering: EventOrdering) -> None:
    with TemporaryDirectory() as folder:
        lines = [arrived(event.body, text_time(event.arrival)) for event in events]
        rows = run_file(Path(folder), lines, ordering)
    assert rows.pop("powerbi", []) == rows.get("windows", [])
    assert rows == rows_expected(events, ordering)


@RUNS
@given(streams(partitions=3), orderings, st.data())
def test_a_stream_cut_and_taken_up_anywhere_gives_the_references_rows(
    events: list[Arrived], ordering: EventOrdering, data: st.DataObject
) -> None:
    partitions: dict[int, list[Arrival]] = defaultdict(list)
    for number, event in enumerate(events):
        partitions[event.partition].append(Arrival(number, round(event.arrival * 1e6), json.dumps(event.body)))
    stream = Stream(connect(), the_plan(), ordering, range(3))
    rows: dict[str, list[Any]] = defaultdict(list)

    def collect(new: dict[str, list[str]]) -> None:
        for output, lines in new.items():
            rows[output] += map(json.loads, lines)

    while any(partitions.values()):
        partition = data.draw(st.sampled_from([p for p, waiting in partitions.items() if waiting]))
        size = data.draw(st.integers(1, 12))
        batch, partitions[partition] = partitions[partition][:size], partitions[partition][size:]
        stream.take(partition, batch)
        if stream.due:
            collect(stream.rows())
        if data.draw(st.integers(0, 4)) == 0:
            state = stream.save()
            stream = Stream(connect(), the_plan(), ordering, range(3))
            stream.restore(state)
        if not partitions[partition] and data.draw(st.booleans()):
            last = max(event.arrival for event in events if event.partition == partition)
            stream.drained(partition, round((last + data.draw(st.integers(0, 100))) * 1e6))
    collect(stream.finish())
    rows.pop("powerbi", None)
    keys = ("windowEnd", "store", "camera")
    for lines in rows.values():
        lines.sort(key=lambda row: [row.get(key, "") for key in keys])
    assert rows == rows_expected(events, ordering)
