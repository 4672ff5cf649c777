"""`python -m dashboard`: serve the live page over the windows' rows."""

import argparse
import signal
import socket
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import structlog
import uvicorn

from dashboard import log, settings
from dashboard.app import Life, build
from dashboard.board import Board
from dashboard.errors import SettingWrong
from dashboard.feed import Feed
from dashboard.headers import headers
from dashboard.health import FileSource, Source, UrlSource
from dashboard.history import open_history
from dashboard.notes import NotesFile
from dashboard.patience import PatientProtocol


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT: 0 stopped, 2 the caller's mistake."""
    log.configure()
    try:
        rules = settings.rules(arguments)
        put = headers(arguments.frame_ancestors)
        listener = _listen(arguments.port)
        sources = [_source(each) for each in arguments.health or [str(arguments.rows / "health.json")]]
    except SettingWrong as error:
        print(error, file=sys.stderr)  # noqa: T201 (one line for the caller's mistake)
        return 2
    with tempfile.TemporaryDirectory(prefix="footfall-dashboard-") as folder, listener:
        scratch = Path(folder)
        history, lasts = open_history(arguments.rows, scratch)
        if not lasts:
            structlog.get_logger().warning("the history beside the rows is in use or can't be written: reading anew")
        try:
            feed = Feed(arguments.rows, history, sources, _now)
            board = Board(feed, history, rules, NotesFile(arguments.rows), _now)
            return _serve(board, listener, scratch, put)
        finally:
            history.close()


def _serve(board: Board, listener: socket.socket, scratch: Path, put: Mapping[str, str]) -> int:
    faults: list[BaseException | None] = []

    def on_ready() -> None:
        structlog.get_logger().info("ready", port=listener.getsockname()[1])

    def on_fault(fault: BaseException | None) -> None:
        structlog.get_logger().critical("fault", kind=type(fault).__name__)
        faults.append(fault)
        server.should_exit = True

    app = build(board, scratch, Life(on_ready, on_fault, lambda: server.should_exit), put)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            http=PatientProtocol,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=5,
        )
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        # uvicorn stops at these by handlers of its own, then raises them again for whoever listened before: us.
        signal.signal(number, lambda *_: None)
    server.run(sockets=[listener])
    return 1 if faults else 0


def _now() -> datetime:
    return datetime.now(UTC)


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
