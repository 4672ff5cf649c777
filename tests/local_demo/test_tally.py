"""The demo's counting: log lines and events in, numbers out."""

from hypothesis import given
from hypothesis import strategies as st

from local.child import LogLine
from local.demo.summary import Left, Summary
from local.demo.tally import Counts, Tally, percentile


def event(number: int, visit: str = "new") -> dict[str, str]:
    return {"eventId": f"{number:032x}", "visit": visit}


def picture_done(faces: int, latency: float) -> LogLine:
    return LogLine("worker", "picture done", {"faces": faces, "captureToAckMs": latency})


def summary(counts: Counts, visitors: int, left: Left | None = None) -> Summary:
    return Summary(60.0, counts, ({"visitors": visitors},), left or Left(0, 0, 0))


def test_an_event_that_is_sent_twice_counts_once() -> None:
    tally = Tally()
    for number in (1, 2, 1):
        tally.add_event(event(number))
    assert tally.counts().events == 2
    assert tally.counts().visits == {"new": 2, "returning": 0, "present": 0, "unknown": 0}


def test_the_edges_counts_are_totals_and_the_workers_lines_add_up() -> None:
    tally = Tally()
    for frames in (10, 20):
        tally.add_log(LogLine("edge", "counts", {"frames": frames, "pictures": 1, "time": "now"}))
    tally.add_log(picture_done(2, 100.0))
    tally.add_log(picture_done(1, 300.0))
    counts = tally.counts()
    assert (counts.frames, counts.pictures, counts.analyzed, counts.faces) == (20, 1, 2, 3)
    assert counts.latencies_ms == (100.0, 300.0)


def test_lines_of_other_processes_do_not_count() -> None:
    tally = Tally()
    tally.add_log(LogLine("face-api", "counts", {"frames": 5}))
    assert tally.counts().frames == 0


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0, 1))
def test_a_percentile_is_one_of_the_values_and_no_fewer_lie_at_or_below_it(values: list[float], share: float) -> None:
    found = percentile(tuple(values), share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values)


def test_nothing_has_no_percentile() -> None:
    assert percentile((), 0.5) is None


def test_a_summary_names_each_thing_that_does_not_add_up() -> None:
    tally = Tally()
    tally.add_event(event(1))
    tally.add_event(event(2, "returning"))
    tally.add_log(picture_done(3, 10.0))
    assert summary(tally.counts(), visitors=1, left=Left(0, 4, 0)).faults == [
        "4 left in pictures",
        "windows count 1 visitors, events 2",
        "3 faces analyzed, 2 events arrived",
    ]


def test_a_summary_where_all_adds_up_has_no_faults() -> None:
    tally = Tally()
    tally.add_event(event(1))
    tally.add_log(picture_done(1, 10.0))
    assert summary(tally.counts(), visitors=1).faults == []
