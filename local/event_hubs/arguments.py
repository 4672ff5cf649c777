"""The arguments of `python -m local event-hubs`."""

import argparse
from pathlib import Path

from local.event_hubs.broker.event_log import Retention

_ABOUT = """\
Clients connect with
  Endpoint=sb://localhost:PORT;SharedAccessKeyName=NAME;SharedAccessKey=KEY;UseDevelopmentEmulator=true
Keys are also taken from the environment variable EVENT_HUBS_KEYS, one NAME=KEY[:send|listen] a line: unlike a command
line, other users of the machine can't see it.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _ABOUT
    parser.add_argument("--port", type=int, default=5672, help="port on loopback; 0 takes a free one (default 5672)")
    parser.add_argument(
        "--hub",
        action="append",
        required=True,
        metavar="NAME:PARTITIONS[:GROUP,…]",
        help="a hub, with consumer groups besides $Default; may be repeated",
    )
    parser.add_argument(
        "--key",
        action="append",
        default=[],
        metavar="NAME=KEY[:send|listen]",
        help="a shared access key, with all rights or some; may be repeated; others see it in the list of processes",
    )
    parser.add_argument("--keys", type=Path, metavar="FILE", help="a file with one NAME=KEY[:send|listen] a line")
    parser.add_argument("--data", type=Path, metavar="DIR", help="where events are kept; else they go with the server")
    parser.add_argument(
        "--retention-hours", type=float, default=Retention.hours, metavar="H", help="how long (default %(default)g)"
    )
    parser.add_argument(
        "--events-per-second",
        type=float,
        metavar="N",
        help="refuse more as too busy, as Azure throttles (default: no limit)",
    )
