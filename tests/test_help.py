"""What a command can do is told at once: nothing that takes long to load is loaded for it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from local.__main__ import COMMANDS

ROOT = Path(__file__).resolve().parent.parent
SLOW = [
    "aiohttp", "asyncio", "av", "azure.core", "duckdb", "fastapi", "httpx", "numpy", "onnxruntime", "pydantic",
    "requests", "rich", "sqlglot", "structlog",
]  # fmt: skip
"""Each takes from fifty milliseconds to half a second."""
MODULES = ("command", "dashboard", "edge", "face_api", "function_app.worker", "local", "models", "windows")
ASKED = [
    *((name,) for name in MODULES),
    ("dashboard", "report"),
    ("edge", "count"),
    *(("local", name) for name in COMMANDS),
]
PROGRAM = f"""
import json, runpy, sys
module, *sys.argv[1:] = sys.argv[1:]
try:
    runpy.run_module(module, run_name="__main__", alter_sys=True)
finally:
    print(json.dumps([name for name in {SLOW} if name in sys.modules]))
"""


@pytest.mark.parametrize("asked", ASKED, ids=" ".join)
def test_help_is_told_before_anything_slow_is_loaded(asked: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *asked, "--help"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("usage: ")
    assert json.loads(done.stdout.splitlines()[-1]) == []
