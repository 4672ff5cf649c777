"""The job's own query, run over events in this process or as the command."""

import functools
import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from local.windows.batch import FileRun
from local.windows.dataflow import connect
from local.windows.ordering import EventOrdering
from local.windows.plan import Plan, plan_query

Row = dict[str, Any]
QUERY = Path(__file__).parents[2] / "infra" / "stream_analytics" / "footfall.asaql"
AGE_BANDS = ["0-12", "13-17", "18-24", "25-34", "35-44", "45-54", "55-64", "65+"]
AGE_COLUMNS = ["age0to12", "age13to17", "age18to24", "age25to34", "age35to44", "age45to54", "age55to64", "age65plus"]
EMOTIONS = ["anger", "contempt", "disgust", "fear", "happiness", "neutral", "sadness", "surprise"]
PEOPLE = ["faces", "visitors", "newVisitors", "returningVisitors", "female", "male"]
COUNTED = [*PEOPLE, *AGE_COLUMNS, *EMOTIONS]
AVERAGES = ["avgSentiment", "avgDwellSeconds"]


@functools.cache
def the_plan() -> Plan:
    """The job's own query, planned once."""
    return plan_query(QUERY.read_text())


def visit(event_id: str, seen_at: str, **fields: Any) -> Row:
    """A visit event as the contract has it: a new woman of 25-34, neutral, unless told otherwise."""
    return {
        "schema": "footfall.visit/1",
        "eventId": event_id,
        "store": "north",
        "camera": "door",
        "seenAt": seen_at,
        "visit": "new",
        "dwellSeconds": 0,
        "ageBand": "25-34",
        "gender": "female",
        "emotion": "neutral",
        "sentiment": 0.0,
        **fields,
    }


def arrived(body: Row, enqueued_at: str | None = None) -> Row:
    """The event as a line of an events file; it arrived when it happened unless told otherwise."""
    return {"body": body, "enqueuedAt": enqueued_at or body["seenAt"]}


def window(
    end: str, store: str, camera: str | None = None, sentiment: float = 0.0, dwell: float = 0.0, **counts: int
) -> Row:
    """A row with the counts that are given and 0 for the others."""
    unknown = counts.keys() - set(COUNTED)
    assert not unknown, unknown
    place = {"store": store, "camera": camera} if camera else {"store": store}
    figures = {name: counts.get(name, 0) for name in COUNTED}
    return {"windowEnd": end, **place, **figures, "avgSentiment": sentiment, "avgDwellSeconds": dwell}


def run_file(
    tmp_path: Path, lines: Iterable[Row], ordering: EventOrdering | None = None, query: str | None = None
) -> dict[str, list[Row]]:
    """Each output's rows."""
    events = tmp_path / "events.jsonl"
    events.write_text("".join(json.dumps(line) + "\n" for line in lines))
    job = FileRun(connect(), plan_query(query) if query else the_plan(), ordering or EventOrdering())
    return {output: [json.loads(row) for row in rows] for output, rows in job.rows(events)}


Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def windows_command() -> Command:
    """Run `python -m local windows` with these arguments."""

    def run(*arguments: str, events: str = "") -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "local", "windows", *arguments]
        return subprocess.run(command, input=events, capture_output=True, text=True, timeout=60, check=False)

    return run
