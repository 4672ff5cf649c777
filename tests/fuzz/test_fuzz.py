"""Damaged pictures, videos, SDP, zips, labels, twin patches, events, queries: 0 tracebacks, 0 hangs, bounded memory."""

import json
import subprocess
import sys

import pytest

from local.child import ROOT
from tests.fuzz.targets import TARGETS

SEED, SECONDS = 1, 4.0
LONGEST_SECONDS = 240
BOUNDS = dict.fromkeys(TARGETS, 300) | {"videos": 500, "pictures_of_a_folder": 400, "events": 400, "queries": 400}
"""Megabytes beyond what a reader has after good input; the process has little more address space than that."""


@pytest.mark.parametrize("name", TARGETS)
def test_damaged_input_is_read_or_refused_in_bounded_time_and_memory(name: str) -> None:
    """In a process of its own, which the limit on memory and this timeout can end whatever native code does."""
    command = [sys.executable, "-m", "tests.fuzz", name, str(SEED), str(SECONDS)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=LONGEST_SECONDS)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["faults"] == []
    assert found["cases"] >= 50
    assert found["slowest"] < 5
    assert found["megabytes"] <= BOUNDS[name]
