"""`python -m local dashboard`: serve the live page over the windows' rows."""

import argparse
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog
import uvicorn

from local import log
from local.dashboard.app import Life, build
from local.dashboard.board import Board
from local.dashboard.errors import SettingWrong
from local.dashboard.feed import Feed
from local.dashboard.health import FileSource, Source, UrlSource
from local.dashboard.history import History
from local.dashboard.pooling import Pooling
from local.dashboard.snapshot import Rules
from local.dashboard.tail import Tail

LARGEST_GROUP = 1000


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "--rows", type=Path, required=True, metavar="DIR", help="folder that the window runner writes windows.jsonl to"
    )
    parser.add_argument("--port", type=int, default=0, help="loopback port; 0 (default) takes a free one")
    parser.add_argument(
        "--health",
        nargs="+",
        default=[],
        metavar="FILE|URL",
        help="JSON documents for the health strip (default: DIR/health.json)",
    )
    parser.add_argument(
        "--time-zone",
        default=os.environ.get("TIME_ZONE", "UTC"),
        metavar="NAME",
        help="the stores' clock, for days and hours, e.g. Europe/Paris (default: TIME_ZONE, or UTC)",
    )
    parser.add_argument(
        "--min-group",
        default=os.environ.get("MIN_GROUP", "0"),
        metavar="N",
        help="show nothing of fewer than N people, here or in exports (default: MIN_GROUP, or 0)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT: 0 stopped, 2 the caller's mistake."""
    log.configure()
    try:
        rules = _rules(arguments.time_zone, arguments.min_group)
        if not arguments.rows.is_dir():
            raise SettingWrong(f"--rows: {arguments.rows} is not a folder; the window runner makes it")
        listener = _listen(arguments.port)
        sources = [_source(each) for each in arguments.health or [str(arguments.rows / "health.json")]]
    except SettingWrong as error:
        print(error, file=sys.stderr)  # noqa: T201 (one line for the caller's mistake)
        return 2
    with tempfile.TemporaryDirectory(prefix="footfall-dashboard-") as folder, listener:
        return _serve(arguments.rows, rules, sources, listener, Path(folder))


def _serve(rows: Path, rules: Rules, sources: Sequence[Source], listener: socket.socket, scratch: Path) -> int:
    faults: list[BaseException | None] = []

    def on_ready() -> None:
        structlog.get_logger().info("ready", port=listener.getsockname()[1])

    def on_fault(fault: BaseException | None) -> None:
        structlog.get_logger().critical("fault", kind=type(fault).__name__)
        faults.append(fault)
        server.should_exit = True

    history = History(scratch / "history.duckdb")
    feed = Feed(Tail(rows / "windows.jsonl"), lambda: Pooling(rules.min_group, rules.zone), history, sources, _now)
    app = build(Board(feed, history, rules, _now), scratch, Life(on_ready, on_fault, lambda: server.should_exit))
    server = uvicorn.Server(
        uvicorn.Config(app, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=5)
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        # uvicorn stops at these by handlers of its own, then raises them again for whoever listened before: us.
        signal.signal(number, lambda *_: None)
    server.run(sockets=[listener])
    history.close()
    return 1 if faults else 0


def _now() -> datetime:
    return datetime.now(UTC)


def _rules(time_zone: str, min_group: str) -> Rules:
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise SettingWrong(f"TIME_ZONE: {time_zone!r} is no time zone; a name like Europe/Paris or UTC is") from None
    if not (min_group.isascii() and min_group.isdigit() and int(min_group) <= LARGEST_GROUP):
        raise SettingWrong(f"MIN_GROUP: {min_group!r} is no whole number from 0 to {LARGEST_GROUP}")
    return Rules(zone, time_zone, int(min_group))


def _source(where: str) -> Source:
    if "://" not in where:
        return FileSource(Path(where))
    url = urlsplit(where)
    if url.scheme not in ("http", "https") or not url.hostname:
        raise SettingWrong(f"--health: {where!r} is neither a file nor an http address")
    return UrlSource(where)


def _listen(port: int) -> socket.socket:
    try:
        return socket.create_server(("127.0.0.1", port))
    except (OSError, OverflowError):
        raise SettingWrong(f"--port: {port} can't be listened on; choose another, or 0 for a free one") from None
