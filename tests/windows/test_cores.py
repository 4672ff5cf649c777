"""File mode on one core and on several: a file read in many pieces at once gives the same rows in their order."""

import json
import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.windows.conftest import Row, arrived, heartbeat, place, tally, tally_id, the_plan
from windows.batch import FileRun
from windows.errors import EventsUnreadableError
from windows.ordering import EventOrdering
from windows.plan import Plan, plan_query

COPY_AFTER = 40_000  # lines; a piece of the file, read at once, has some 35,000 of these
FLOATS = """SELECT System.Timestamp() AS t, SUM(TRY_CAST(x AS float)) AS total, AVG(TRY_CAST(x AS float)) AS mean
INTO sums FROM footfall GROUP BY TumblingWindow(hour, 1)"""


def written(path: Path, lines: Iterable[Row]) -> Path:
    with path.open("w") as file:
        file.writelines(f"{json.dumps(line)}\n" for line in lines)
    return path


def rows_with(
    cores: int, events: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> tuple[dict[str, list[str]], FileRun]:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(cores)))
    job = FileRun(plan, EventOrdering())
    return dict(job.rows(events)), job


def test_a_message_that_comes_again_pieces_later_counts_as_it_first_came(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at, messages = "2026-03-02T10:00:15Z", range(2 * COPY_AFTER)
    first = [tally(tally_id(f"{number:x}"), at, faces=1, store=f"store-{number % 7}") for number in messages]
    again = [{**body, "faces": 2} for body in first]
    turns = [
        arrived(body)
        for start in range(0, len(first), COPY_AFTER)
        for bodies in (first, again)
        for body in bodies[start : start + COPY_AFTER]
    ]
    events = written(tmp_path / "events.jsonl", turns)
    rows, job = rows_with(4, events, the_plan(), monkeypatch)
    assert rows == rows_with(1, events, the_plan(), monkeypatch)[0]
    assert sum(json.loads(row)["faces"] for row in rows["windows"]) == len(messages)
    assert job.counts.events == 2 * len(messages)


def test_the_rows_of_a_union_keep_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at = "2026-03-02T10:01:00Z"
    bodies = [
        make(f"{letter}{number:x}", at, store=f"store-{number}")
        for number in range(300)
        for letter, make in (("a", place), ("b", heartbeat))
    ]
    events = written(tmp_path / "events.jsonl", map(arrived, bodies))
    alone, _ = rows_with(1, events, the_plan(), monkeypatch)
    assert len(alone["trafficDays"]) == 600
    for _ in range(12):  # without a place of its own a branch was first as chance would have it, 1 in 12 times
        assert rows_with(4, events, the_plan(), monkeypatch)[0] == alone


def test_the_last_digits_of_a_sum_of_floats_are_those_of_the_files_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = [(-1) ** number * 1.1 ** (number % 300) for number in range(300_000)]
    at = "2026-03-02T10:00:15Z"
    events = written(tmp_path / "events.jsonl", ({"body": {"x": value}, "enqueuedAt": at} for value in values))
    rows, _ = rows_with(4, events, plan_query(FLOATS), monkeypatch)
    assert rows == rows_with(1, events, plan_query(FLOATS), monkeypatch)[0]


def test_the_line_of_a_wrong_time_is_named_wherever_it_was_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [arrived(heartbeat(f"{number:x}", "2026-03-02T10:01:00Z")) for number in range(4 * COPY_AFTER)]
    lines[3 * COPY_AFTER]["enqueuedAt"] = "yesterday"
    events = written(tmp_path / "events.jsonl", lines)
    with pytest.raises(EventsUnreadableError, match=f"line {3 * COPY_AFTER + 1}: enqueuedAt"):
        rows_with(4, events, the_plan(), monkeypatch)
