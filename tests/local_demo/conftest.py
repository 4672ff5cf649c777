"""One full run of the demo over the sample footage, shared by all tests that look at its outcome."""

import json
from typing import Any

import pytest

from tests.local_demo.command import command
from tests.support.calls_home import Calls, calls_of


@pytest.fixture(scope="session")
def sample_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Calls, dict[str, Any]]:
    """What the ended process said and tried to reach, as it had a network of its own, and the summary it wrote."""
    file = tmp_path_factory.mktemp("demo") / "out.json"
    done = calls_of(*command("--seconds", "60", "--json", str(file)), seconds=200)
    assert done.status == 0, done.stderr
    return done, json.loads(file.read_text())
