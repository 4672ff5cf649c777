"""`python -m windows`: the job's query over a file of events, or over Event Hubs as they come."""

import argparse
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--query", type=Path, required=True, metavar="FILE", help="the job's query (.asaql)")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--events",
        metavar="FILE|-",
        help='JSON lines {"body": {…}, "enqueuedAt": "…"}; rows go to stdout as {"output": "…", "row": {…}}',
    )
    source.add_argument(
        "--follow",
        action="store_true",
        help="read Event Hubs as events come (environment: EventHub, EVENT_HUB_NAME, EVENT_HUB_CONSUMER_GROUP, "
        "CheckpointStorage) and write --out/<output>.jsonl. SIGTERM stops and leaves open windows to the next run; "
        "SIGUSR1 closes all windows and ends",
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="with --follow: the folder of the rows")
    parser.add_argument(
        "--until-idle",
        type=float,
        metavar="SECONDS",
        help="with --follow: when so long no event has come, close all windows and end",
    )
    ordering = parser.add_argument_group("event order (default: event_ordering.json beside the query)")
    ordering.add_argument("--late", metavar="SECONDS", help="late-arrival tolerance, 0 to 1814399")
    ordering.add_argument("--out-of-order", metavar="SECONDS", help="out-of-order tolerance, 0 to 599")
    ordering.add_argument("--policy", choices=["Adjust", "Drop"], help="what happens to events beyond a tolerance")
