"""The job's own query, run over events in this process or as the command."""

import functools
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from windows.batch import FileRun
from windows.ordering import EventOrdering
from windows.plan import Plan, plan_query

Row = dict[str, Any]
QUERY = Path(__file__).parents[2] / "infra" / "stream_analytics" / "footfall.asaql"
VISITORS = ["displayVisitors", "visitors", "newVisitors", "returningVisitors"]
GENDERS = ["female", "male"]
AGES = ["age0to12", "age13to17", "age18to24", "age25to34", "age35to44", "age45to54", "age55to64", "age65plus"]
EMOTIONS = ["anger", "contempt", "disgust", "fear", "happiness", "neutral", "sadness", "surprise"]
COUNTED = ["faces", *VISITORS, *GENDERS, *AGES, *EMOTIONS, "withheld"]
CROSSINGS = ["countIn", "countOut"]
STAYS = ["stays", "stays15", "stays60", "stays300"]
PLACE_COUNTS = [*CROSSINGS, "inDay", "outDay", "peopleMax", *STAYS]


@functools.cache
def the_plan() -> Plan:
    """The job's own query, planned once."""
    return plan_query(QUERY.read_text())


def before(end: str, seconds: int) -> str:
    """The time so many seconds before."""
    return (datetime.fromisoformat(end) - timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


def tally_id(name: str) -> str:
    """An id out of a short name of hexadecimal digits."""
    return name.rjust(32, "0")


def tally(name: str, end: str, **fields: Any) -> Row:
    """A tally as the contract has it, of one quarter minute at north's door; counts not given are absent."""
    return {
        "schema": "footfall.tally/1", "tallyId": tally_id(name), "store": "north", "camera": "door",
        "windowStart": before(end, 15), "windowEnd": end, **fields,
    }  # fmt: skip


def place(name: str, end: str, **fields: Any) -> Row:
    """A traffic row of one quarter minute at north's front door; counts not given are 0."""
    return {
        "schema": "footfall.traffic/1", "tallyId": tally_id(name), "store": "north", "camera": "door",
        "windowStart": before(end, 15), "windowEnd": end, "place": "front", "kind": "entrance",
        **dict.fromkeys(PLACE_COUNTS, 0), **fields,
    }  # fmt: skip


def heartbeat(name: str, end: str, **fields: Any) -> Row:
    """A camera's heartbeat of a full minute."""
    return {
        "schema": "footfall.traffic/1", "tallyId": tally_id(name), "store": "north", "camera": "door",
        "windowStart": before(end, 60), "windowEnd": end, "watchedSeconds": 60, **fields,
    }  # fmt: skip


def arrived(body: Row, enqueued_at: str | None = None) -> Row:
    """The event as a line of an events file; it arrived at its end unless told otherwise."""
    return {"body": body, "enqueuedAt": enqueued_at or body["windowEnd"]}


def window(end: str, store: str, camera: str | None = None, sentiment: float | None = None, **counts: int) -> Row:
    """A row of sums: of a quarter minute if there is a camera, else of an hour or day; counts not given are 0."""
    unknown = counts.keys() - set(COUNTED)
    assert not unknown, unknown
    figures = {name: counts.get(name, 0) for name in COUNTED}
    if camera:
        return {
            "windowStart": before(end, 15), "windowEnd": end, "store": store, "camera": camera, **figures,
            "avgSentiment": sentiment,
        }  # fmt: skip
    return {"windowEnd": end, "store": store, **figures, "avgSentiment": sentiment}


def run_file(
    tmp_path: Path, lines: Iterable[Row], ordering: EventOrdering | None = None, query: str | None = None
) -> dict[str, list[Row]]:
    """Each output's rows."""
    events = tmp_path / "events.jsonl"
    events.write_text("".join(json.dumps(line) + "\n" for line in lines))
    job = FileRun(plan_query(query) if query else the_plan(), ordering or EventOrdering())
    return {output: [json.loads(row) for row in rows] for output, rows in job.rows(events)}


Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def windows_command() -> Command:
    """Run `python -m windows` with these arguments."""

    def run(
        *arguments: str, events: str = "", environment: dict[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "windows", *arguments]
        known = {**os.environ, **(environment or {})}
        return subprocess.run(
            command, input=events, env=known, capture_output=True, text=True, timeout=150, check=False
        )

    return run
