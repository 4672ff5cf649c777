"""One full run of the demo over the sample footage, shared by all tests that look at its outcome."""

import json
import subprocess
from typing import Any

import pytest

from tests.local_demo.command import demo


@pytest.fixture(scope="session")
def sample_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
    """The ended process and the summary it wrote."""
    file = tmp_path_factory.mktemp("demo") / "out.json"
    done = demo("--seconds", "60", "--json", str(file))
    assert done.returncode == 0, done.stderr
    return done, json.loads(file.read_text())
