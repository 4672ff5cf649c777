"""The dashboard as a process: it says when it serves, stops when asked, and names a caller's mistake."""

import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from local.child import ROOT
from tests.dashboard.conftest import Serve


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_asked_also_while_pages_are_open(serve: Serve, number: signal.Signals) -> None:
    served = serve()
    with httpx.stream("GET", f"{served.url}/api/live", timeout=20) as live:
        assert next(live.iter_lines()) == "event: snapshot"
        served.child.process.send_signal(number)
        assert served.child.wait_for_exit(20) == 0


@pytest.mark.parametrize(
    ("arguments", "environment", "names"),
    [
        (["--rows", "/nowhere/at/all"], {}, "--rows"),
        (["--rows", "."], {"MIN_GROUP": "five"}, "MIN_GROUP"),
        (["--rows", ".", "--min-group", "-1"], {}, "MIN_GROUP"),
        (["--rows", "."], {"TIME_ZONE": "Mars/Olympus"}, "TIME_ZONE"),
        (["--rows", ".", "--port", "99999"], {}, "--port"),
        (["--rows", ".", "--health", "ftp://x/y"], {}, "--health"),
    ],
)
def test_a_mistake_is_one_line_that_names_it(arguments: list[str], environment: dict[str, str], names: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "local", "dashboard", *arguments],
        env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert names in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_nothing_of_the_history_is_left_behind(serve: Serve, tmp_path: Path) -> None:
    served = serve(TMPDIR=str(tmp_path))
    assert list(tmp_path.iterdir())
    assert served.child.stop() == 0
    assert list(tmp_path.iterdir()) == []
