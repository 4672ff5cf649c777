"""`python -m windows`: the job's query over a file of events, or over Event Hubs as they come."""

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import duckdb
import structlog

from windows import log
from windows.batch import FileRun
from windows.errors import (
    EventsUnreadableError,
    FaultError,
    QueryInvalidError,
    SettingsInvalidError,
    WindowsError,
)
from windows.ordering import EventOrdering, ordering_beside
from windows.plan import Plan, plan_query
from windows.settings import StreamSettings


def run(arguments: argparse.Namespace) -> int:
    """Run the query: 0 done, 1 a fault, 2 something to put right in the query, the settings or the events."""
    log.configure()
    try:
        plan = _plan(arguments.query)
        ordering = _ordering(arguments)
        if arguments.follow:
            _follow(plan, ordering, arguments.out, arguments.until_idle)
        elif arguments.out or arguments.until_idle is not None:
            raise SettingsInvalidError("--out and --until-idle go with --follow; the rows of --events go to stdout")
        else:
            _run_file(plan, ordering, arguments.events)
    except WindowsError as error:
        sys.stderr.write(f"windows: {error}\n")
        return 1 if isinstance(error, FaultError) else 2
    except (duckdb.Error, OSError) as error:  # a full disk, a closed pipe: what they say may quote a row
        reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        sys.stderr.write(f"windows: the run cannot go on: {reason}\n")
        return 1
    return 0


def _follow(plan: Plan, ordering: EventOrdering, out: Path | None, until_idle: float | None) -> None:
    if out is None:
        raise SettingsInvalidError("--follow needs --out DIR")
    settings = StreamSettings.of(os.environ)
    from windows.follow import Job, follow  # noqa: PLC0415 - the Azure SDK takes a second to load

    asyncio.run(follow(Job(plan, ordering, settings, out, until_idle)))


def _plan(path: Path) -> Plan:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise QueryInvalidError(f"cannot read the query {path}") from None
    return plan_query(text)


def _ordering(arguments: argparse.Namespace) -> EventOrdering:
    options = {
        "lateArrivalMaxDelaySeconds": arguments.late,
        "outOfOrderMaxDelaySeconds": arguments.out_of_order,
        "outOfOrderPolicy": arguments.policy,
    }
    return ordering_beside(arguments.query, {name: value for name, value in options.items() if value is not None})


def _run_file(plan: Plan, ordering: EventOrdering, events: str) -> None:
    started = time.monotonic()
    rows = 0
    with _readable(events) as path:
        job = FileRun(plan, ordering)
        for output, lines in job.rows(path):
            rows += len(lines)
            prefix = f'{{"output": "{output}", "row": '
            sys.stdout.write("".join(f"{prefix}{line}}}\n" for line in lines))
    sys.stdout.flush()
    seconds = round(time.monotonic() - started, 2)
    structlog.get_logger().info("done", **asdict(job.counts), rows=rows, seconds=seconds)


@contextmanager
def _readable(events: str) -> Iterator[Path]:
    """The events as a file: stdin is copied to a temporary one, since it is read in parts."""
    if events != "-":
        yield Path(events)
        return
    with tempfile.NamedTemporaryFile(suffix=".jsonl") as copy:
        shutil.copyfileobj(sys.stdin.buffer, copy)
        copy.flush()
        try:
            yield Path(copy.name)
        except EventsUnreadableError as error:
            raise EventsUnreadableError(str(error).replace(copy.name, "stdin")) from None
