"""`python -m local windows`: the job's query over a file of events, or over Event Hubs as they come."""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from local.windows.batch import FileRun
from local.windows.dataflow import connect
from local.windows.errors import EventsUnreadableError, QueryInvalidError, WindowsError
from local.windows.log import logger
from local.windows.ordering import EventOrdering, ordering_beside
from local.windows.query import Query, parse_query


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--query", type=Path, required=True, metavar="FILE", help="the job's query (.asaql)")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--events",
        metavar="FILE|-",
        help='JSON lines {"body": {…}, "enqueuedAt": "…"}; rows go to stdout as {"output": "…", "row": {…}}',
    )
    ordering = parser.add_argument_group("event order (default: event_ordering.json beside the query)")
    ordering.add_argument("--late", metavar="SECONDS", help="late-arrival tolerance, 0 to 1814399")
    ordering.add_argument("--out-of-order", metavar="SECONDS", help="out-of-order tolerance, 0 to 599")
    ordering.add_argument("--policy", choices=["Adjust", "Drop"], help="what happens to events beyond a tolerance")


def run(arguments: argparse.Namespace) -> int:
    """Run the query: 0 done, 1 a fault, 2 something to put right in the query, the settings or the events."""
    try:
        query = _query(arguments.query)
        return _run_file(query, _ordering(arguments), arguments.events)
    except WindowsError as error:
        sys.stderr.write(f"windows: {error}\n")
        return 2


def _query(path: Path) -> Query:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise QueryInvalidError(f"cannot read the query {path}") from None
    return parse_query(text)


def _ordering(arguments: argparse.Namespace) -> EventOrdering:
    options = {
        "lateArrivalMaxDelaySeconds": arguments.late,
        "outOfOrderMaxDelaySeconds": arguments.out_of_order,
        "outOfOrderPolicy": arguments.policy,
    }
    return ordering_beside(arguments.query, {name: value for name, value in options.items() if value is not None})


def _run_file(query: Query, ordering: EventOrdering, events: str) -> int:
    log = logger()
    started = time.monotonic()
    rows = 0
    with _readable(events) as path:
        job = FileRun(connect(), query, ordering)
        for output, lines in job.rows(path):
            rows += len(lines)
            prefix = f'{{"output": "{output}", "row": '
            sys.stdout.write("".join(f"{prefix}{line}}}\n" for line in lines))
    sys.stdout.flush()
    log.info("done", **asdict(job.counts), rows=rows, seconds=round(time.monotonic() - started, 2))
    return 0


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
