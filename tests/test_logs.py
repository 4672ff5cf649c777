"""Lines go to standard error as it is when they are written: who took its place meanwhile may be closed by then."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOGS = {
    "edge.log": "configure",
    "face_api.logs": "configure_logs",
    "function_app.log": "to_stderr",
    "local.log": "configure",
    "windows.log": "configure",
    "dashboard.log": "configure",
}
"""What sets each up."""
PROGRAM = """
import importlib, io, structlog, sys
log, real = importlib.import_module(sys.argv[1]), sys.stderr
sys.stderr = io.StringIO()
getattr(log, sys.argv[2])()
sys.stderr.close()
sys.stderr = real
structlog.get_logger().info("said")
"""


@pytest.mark.parametrize("log", LOGS)
def test_a_line_is_written_though_the_standard_error_of_the_start_is_closed(log: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, log, LOGS[log]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, '"event": "said"' in done.stderr) == (0, True), done.stderr
