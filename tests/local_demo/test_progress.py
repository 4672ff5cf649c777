"""The demo's counting: log lines, meters and messages in, numbers out."""

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from local.child import LogLine
from local.demo.meters import Meters
from local.demo.progress import Counts, Progress
from local.demo.summary import Left, Summary
from local.demo.view import View


def tally(number: int, **counts: int) -> dict[str, Any]:
    return {"schema": "footfall.tally/1", "tallyId": f"{number:032x}", **counts}


def row(number: int, **counts: int) -> dict[str, Any]:
    return {"schema": "footfall.traffic/1", "tallyId": f"{number:032x}", **counts}


def summary(counts: Counts, visitors: int, left: Left | None = None, pooled: bool = False) -> Summary:
    return Summary(60.0, counts, ({"visitors": visitors},), (), left or Left(0, 0, 0), pooled)


def test_a_message_that_is_sent_twice_counts_once() -> None:
    progress = Progress()
    for number in (1, 2, 1):
        progress.add_message(tally(number, faces=2, visitors=1))
    progress.add_message(row(3, countIn=2, countOut=1, stays=4))
    counts = progress.counts()
    assert (counts.messages, counts.tallies, counts.tallied_faces, counts.visitors) == (3, 2, 4, 2)
    assert (counts.crossings, counts.stays) == ((2, 1), 4)


def test_the_edges_counts_and_the_meters_are_totals() -> None:
    progress = Progress()
    for frames in (10, 20):
        progress.add_log(LogLine("edge", "counts", {"frames": frames, "pictures": 1, "time": "now"}))
    progress.add_meters(Meters(analyzed=1, faces=1))
    progress.add_meters(Meters(analyzed=2, faces=3, visits={"new": 2}))
    counts = progress.counts()
    assert (counts.frames, counts.pictures, counts.analyzed, counts.faces) == (20, 1, 2, 3)
    assert counts.visits == {"new": 2, "returning": 0, "present": 0, "unknown": 0}


def test_lines_of_other_processes_do_not_count() -> None:
    progress = Progress()
    progress.add_log(LogLine("face-api", "counts", {"frames": 5}))
    assert progress.counts().frames == 0


BUCKETS = (0.1, 0.5, 1.0, float("inf"))


@given(st.lists(st.floats(0, 3), min_size=1), st.floats(0.01, 1))
def test_a_percentile_lies_in_the_bucket_that_holds_it(seconds: list[float], share: float) -> None:
    buckets = tuple((end, float(sum(value <= end for value in seconds))) for end in BUCKETS)
    found = Meters(buckets=buckets).latency(share)
    assert found is not None
    rank = sorted(seconds)[max(0, -(-int(share * len(seconds) * 1e6) // 10**6) - 1)]
    end = next(end for end in BUCKETS if rank <= end)
    start = max((bound for bound in (0.0, *BUCKETS) if bound < end), default=0.0)
    assert start * 1000 - 1e-6 <= found <= min(end, 1.0) * 1000 + 1e-6


def test_nothing_has_no_percentile() -> None:
    assert Meters().latency(0.5) is None


def watched() -> Progress:
    """A run whose camera showed something."""
    progress = Progress()
    progress.add_log(LogLine("edge", "counts", {"frames": 10}))
    return progress


def test_a_camera_that_showed_nothing_is_a_fault() -> None:
    (fault,) = summary(Progress().counts(), visitors=0).faults
    assert "no frame" in fault


def test_a_camera_that_is_lost_is_a_fault_with_the_reason_until_it_comes_back() -> None:
    progress = watched()
    progress.add_log(LogLine("edge", "camera lost", {"reason": "network camera: Connection refused"}))
    (fault,) = summary(progress.counts(), visitors=0).faults
    assert fault == "the camera was lost and did not come back: network camera: Connection refused"
    progress.add_log(LogLine("edge", "camera on", {}))
    assert summary(progress.counts(), visitors=0).faults == []


def test_the_page_hears_of_a_module_that_ended_until_its_camera_is_on_again() -> None:
    progress = watched()
    assert not progress.camera().away
    progress.camera_ended("edge ended with status 1: no memory")
    assert progress.camera().away
    progress.add_log(LogLine("edge", "camera on", {}))
    assert not progress.camera().away


@pytest.mark.parametrize(
    ("people", "faces", "notes"),
    [(0, 0, ["nobody was in view"]), (7, 0, ["people in 7 frames, but no face to see"]), (7, 1, [])],
)
def test_nobody_and_people_without_a_face_get_a_word(people: int, faces: int, notes: list[str]) -> None:
    progress = watched()
    progress.add_log(LogLine("edge", "counts", {"frames": 10, "framesWithPeople": people}))
    progress.add_meters(Meters(faces=faces, visits={"new": 0}))
    said = summary(progress.counts(), visitors=0).notes
    assert [note.partition(":")[0] for note in said] == notes


@pytest.mark.parametrize(("width", "terminal"), [(40, "xterm"), (120, "dumb"), (40, "dumb")])
def test_a_terminal_that_is_narrow_or_dumb_gets_whole_lines(width: int, terminal: str) -> None:
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=width, _environ={"TERM": terminal}, color_system=None)
    view = View(console, "sample")
    with view.open():
        view.show(0.0, watched().counts(), ())  # the camera isn't on yet
        view.begin()
        for second in (0.0, 0.5, 10.0):
            view.show(second, watched().counts(), ())
    told = out.getvalue()
    assert told.startswith("   0 s  0 pictures")
    assert (told.count(" 0 s  0 pictures"), told.count(" 10 s  0 pictures")) == (1, 1)
    assert "…" not in told


def test_a_camera_that_lets_wait_is_told_of_every_ten_seconds() -> None:
    out = io.StringIO()
    view = View(Console(file=out, width=120), "sample")
    for second in range(21):
        view.show(float(second), watched().counts(), ())
    assert out.getvalue().count("0 pictures") == 2


def test_a_narrow_summary_cuts_nothing() -> None:
    row = {"windowEnd": "2026-11-28T16:20:15Z", "faces": 9, "visitors": 2, "newVisitors": 2, "returningVisitors": 0}
    row |= {"female": 0, "male": 2, "avgSentiment": None}
    made = Summary(60.0, watched().counts(), (row,), (), Left(0, 0, 0), pooled=True)
    for width in (40, 80):
        console = Console(file=io.StringIO(), width=width)
        console.print(made.as_text(width))
        assert isinstance(console.file, io.StringIO)
        assert "…" not in console.file.getvalue()
        assert "16:20:15" in console.file.getvalue()


def test_a_summary_names_each_thing_that_does_not_add_up() -> None:
    progress = watched()
    progress.add_message(tally(1, faces=1, visitors=1))
    progress.add_message(tally(2, faces=1, visitors=1))
    progress.add_meters(Meters(faces=3, acknowledged=4, visits={"new": 3}))
    assert summary(progress.counts(), visitors=1, left=Left(0, 4, 0)).faults == [
        "4 left in pictures",
        "windows count 1 visitors, tallies 2",
        "4 messages acknowledged, 2 arrived",
        "tallies count 2 visitors, the visitor memory 3",
        "3 faces analyzed, 2 in tallies",
    ]


def test_a_summary_where_all_adds_up_has_no_faults() -> None:
    progress = watched()
    progress.add_message(tally(1, faces=1, visitors=1))
    progress.add_meters(Meters(faces=1, acknowledged=1, visits={"new": 1}))
    assert summary(progress.counts(), visitors=1).faults == []


def test_what_waits_for_company_is_no_fault() -> None:
    progress = watched()
    progress.add_meters(Meters(faces=4, visits={"new": 4}))
    assert summary(progress.counts(), visitors=0, pooled=True).faults == []
