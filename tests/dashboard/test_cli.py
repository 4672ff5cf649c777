"""The dashboard as a process: it says when it serves, stops when asked, and names a caller's mistake."""

import re
import signal
import socket
import stat
import subprocess
import sys
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest

from dashboard.patience import HEAD_SECONDS, MOST_OPEN
from local.child import ROOT
from tests.dashboard.conftest import Serve


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_asked_also_while_pages_are_open(serve: Serve, number: signal.Signals) -> None:
    served = serve()
    with httpx.stream("GET", f"{served.url}/api/live", timeout=20) as live:
        assert next(live.iter_lines()) == "event: health"
        served.child.process.send_signal(number)
        assert served.child.wait_for_exit(20) == 0


@pytest.mark.parametrize(
    ("arguments", "environment", "names"),
    [
        (["--rows", "/nowhere/at/all"], {}, "--rows"),
        (["--rows", "."], {"OPENING_HOURS": "always"}, "OPENING_HOURS"),
        (["--rows", "."], {"DAY_START": "04:07"}, "DAY_START"),
        (["--rows", "."], {"FRAME_ANCESTORS": "*"}, "FRAME_ANCESTORS"),
        (["report", "--rows", ".", "--week", "last", "--out", "x.html"], {}, "--week"),
        (["report", "--rows", ".", "--week", "2026-W60", "--out", "x.html"], {}, "--week"),
        (["report", "--rows", ".", "--day", "2026-02-30", "--out", "x.html"], {}, "--day"),
        (["report", "--rows", ".", "--from", "2026-02-03", "--out", "x.html"], {}, "--to"),
        (["report", "--rows", ".", "--day", "2026-02-03", "--out", "x.doc"], {}, "--out"),
        (["report", "--rows", ".", "--day", "2026-02-03", "--out", "/no/where.pdf"], {}, "--out"),
        (["--rows", "."], {"TIME_ZONE": "Mars/Olympus"}, "TIME_ZONE"),
        (["--rows", ".", "--port", "99999"], {}, "--port"),
        (["--rows", ".", "--health", "ftp://x/y"], {}, "--health"),
    ],
)
def test_a_mistake_is_one_line_that_names_it(arguments: list[str], environment: dict[str, str], names: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "dashboard", *arguments],
        env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert names in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_its_files_are_its_users_alone_and_it_leaves_no_core(serve: Serve) -> None:
    served = serve()
    assert stat.S_IMODE((served.rows / "dashboard.duckdb").stat().st_mode) == 0o600
    limits = Path(f"/proc/{served.child.process.pid}/limits").read_text()
    assert re.search(r"Max core file size +0 +0 ", limits)


def test_silent_connections_are_closed_and_keep_nobody_out(serve: Serve) -> None:
    """Also those that begin a request, or fall silent behind one."""
    served = serve()
    port = int(served.url.rpartition(":")[2])
    whole = b"GET /api/none HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with ExitStack() as stack:
        silent = []
        for number in range(MOST_OPEN + 100):
            silent.append(stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=HEAD_SECONDS + 30)))
            if number % 100 == 0:
                silent[-1].sendall(whole + b"GET")
        assert served.get("/api/snapshot").status_code == 200
        for each in silent:
            with suppress(ConnectionResetError):
                while each.recv(4096):
                    pass


def test_passing_files_are_not_left_behind(serve: Serve, tmp_path: Path) -> None:
    served = serve(TMPDIR=str(tmp_path))
    assert list(tmp_path.iterdir())
    assert served.child.stop() == 0
    assert list(tmp_path.iterdir()) == []
