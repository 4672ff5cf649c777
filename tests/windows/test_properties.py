"""For any events, in any order and cut anywhere, the rows are those of the plain-Python reference."""

import json
import random
from collections import defaultdict
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from tests.windows.conftest import COUNTED, PLACE_COUNTS, Row, arrived, heartbeat, run_file, tally, tally_id, the_plan
from tests.windows.reference import EPOCH, Arrived, expected_rows
from windows.ordering import EventOrdering
from windows.stream import Arrival, Stream

START = 1_772_445_540  # 2026-03-02T09:59:00Z: on either side of a full hour
RUNS = settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
counts = st.integers(0, 9)
ids = st.integers(0, 2**64) | st.integers(0, 7)  # now and then two messages of one id, that are not the same


def text_time(seconds: float) -> str:
    return (EPOCH + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


@st.composite
def bodies(draw: st.DrawFn) -> Row:
    """A tally that may be pooled over hours, a place's row that may be pooled within its hour, or a heartbeat."""
    end = START + 15 * draw(st.integers(0, 8))
    where = {"store": draw(st.sampled_from(["north", "south"])), "camera": draw(st.sampled_from(["door", "till"]))}
    name = tally_id(f"{draw(ids):x}")
    match draw(st.sampled_from(["tally", "tally", "place", "place", "heartbeat"])):
        case "tally":
            start = end - 15 * draw(st.sampled_from([1, 1, 2, 900]))
            faces = draw(counts)
            figures = draw(st.dictionaries(st.sampled_from([c for c in COUNTED if c != "faces"]), counts, max_size=6))
            figures |= {"faces": faces, "sentimentTenths": draw(st.integers(-10 * faces, 10 * faces))}
            schema = "footfall.tally/1"
        case "place":
            into_the_hour = (end - 1) % 3600 // 15 + 1
            start = end - 15 * draw(st.integers(1, into_the_hour))
            figures = {count: draw(counts) for count in PLACE_COUNTS}
            known = [("front", "entrance"), ("back", "entrance"), ("aisle", "passage"), ("shelf", "zone")]
            where |= dict(zip(("place", "kind"), draw(st.sampled_from(known)), strict=True))
            schema = "footfall.traffic/1"
        case _:
            end -= end % 60
            start, schema = end - 60, "footfall.traffic/1"
            figures = {"watchedSeconds": draw(st.integers(0, 60))}
    times = {"windowStart": text_time(start), "windowEnd": text_time(end)}
    return {"schema": schema, "tallyId": name, **where, **times, **figures}


@st.composite
def streams(draw: st.DrawFn, partitions: int) -> list[Arrived]:
    """Events in the order of arrival: the clock moves on by up to 12 s each; one in a few comes a second time."""
    clock = START + 20.0
    events: list[Arrived] = []
    for body in draw(st.lists(bodies(), max_size=40)):
        clock += draw(st.integers(0, 48)) / 4
        partition = draw(st.integers(0, partitions - 1))
        events.append(Arrived(body, clock, partition))
        if draw(st.integers(0, 3)) == 0:
            clock += draw(st.integers(0, 200)) / 4
            events.append(Arrived(body, clock, partition))
    return events


orderings = st.builds(
    lambda late, slack, policy: EventOrdering(
        lateArrivalMaxDelaySeconds=late, outOfOrderMaxDelaySeconds=slack, outOfOrderPolicy=policy
    ),
    st.sampled_from([0, 5, 20, 60, 86400]),
    st.sampled_from([0, 5, 30, 599]),
    st.sampled_from(["Adjust", "Drop"]),
)


def in_order(rows: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """Each output's rows by what tells them apart, and the columns' order with them."""
    keys = ("windowEnd", "store", "camera", "place")
    return {
        output: sorted(lines, key=lambda row: [str(row.get(key) or "") for key in keys])
        for output, lines in rows.items()
    }


def rows_expected(events: list[Arrived], ordering: EventOrdering) -> dict[str, list[Row]]:
    late, slack, drop = ordering.late_seconds, ordering.out_of_order_seconds, ordering.policy == "Drop"
    return in_order(expected_rows(events, late, slack, drop))


def one_id_for_two_messages() -> list[Arrived]:
    """A tally's id is a heartbeat's too, at one moment on two partitions: each counts."""
    end = "2026-03-02T10:00:00Z"
    beats = [heartbeat("a", end, watchedSeconds=3), heartbeat("b", end, watchedSeconds=60)]
    bodies = [tally("a", end, faces=9), *beats]
    return [Arrived(body, START + 60.0, partition) for partition, body in enumerate(bodies) for _ in range(2)]


@RUNS
@example(one_id_for_two_messages(), EventOrdering())
@given(streams(partitions=1), orderings)
def test_a_file_gives_the_references_rows(events: list[Arrived], ordering: EventOrdering) -> None:
    with TemporaryDirectory() as folder:
        lines = [arrived(event.body, text_time(event.arrival)) for event in events]
        rows = run_file(Path(folder), lines, ordering)
    assert rows.pop("powerbi", []) == rows.get("windows", [])
    for lines in rows.values():
        assert [row["windowEnd"] for row in lines] == sorted(row["windowEnd"] for row in lines)
    assert in_order(rows) == rows_expected(events, ordering)


@RUNS
@example(one_id_for_two_messages(), EventOrdering(), random.Random(0))  # noqa: S311 - no secret
@given(streams(partitions=3), orderings, st.randoms(use_true_random=False))
def test_a_stream_cut_and_taken_up_anywhere_gives_the_references_rows(
    events: list[Arrived], ordering: EventOrdering, chance: random.Random
) -> None:
    partitions: dict[int, list[Arrival]] = defaultdict(list)
    for number, event in enumerate(events):
        partitions[event.partition].append(Arrival(number, round(event.arrival * 1e6), json.dumps(event.body)))
    stream = Stream(the_plan(), ordering, range(3))
    rows: dict[str, list[Any]] = defaultdict(list)

    def collect(new: dict[str, list[str]]) -> None:
        for output, lines in new.items():
            rows[output] += map(json.loads, lines)

    while any(partitions.values()):
        partition = chance.choice([p for p, waiting in partitions.items() if waiting])
        size = chance.randint(1, 12)
        batch, partitions[partition] = partitions[partition][:size], partitions[partition][size:]
        stream.take(partition, batch)
        if stream.due:
            collect(stream.rows())
        if chance.randrange(5) == 0:
            state = stream.save()
            stream = Stream(the_plan(), ordering, range(3))
            stream.restore(state)
        if not partitions[partition] and chance.random() < 0.5:
            last = max(event.arrival for event in events if event.partition == partition)
            stream.drained(partition, round((last + chance.randint(0, 100)) * 1e6))
    collect(stream.finish())
    rows.pop("powerbi", None)
    assert in_order(rows) == rows_expected(events, ordering)
