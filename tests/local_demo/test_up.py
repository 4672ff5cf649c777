"""The stack that keeps running: where it listens, what the twin changes, what `func start` gets."""

import json
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests

from local.child import Child
from tests.local_demo.command import ROOT
from tests.support.waiting import wait_until

pytestmark = pytest.mark.timeout(200)


@dataclass(frozen=True)
class Up:
    """A running `python -m local up`."""

    child: Child
    data: Path
    settings: Path
    said: list[str]


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    folder = tmp_path_factory.mktemp("up")
    settings, said = folder / "local.settings.json", list[str]()
    command = [sys.executable, "-m", "local", "up", "--data", str(folder / "data"), "--functions", str(settings)]
    child = Child("up", command, {}, on_output=said.append)
    try:
        wait_until(lambda: any("Ctrl-C" in line for line in said) or child.status is not None, "the stack is up", 90)
        assert child.status is None, said
        yield Up(child, folder / "data", settings, said)
    finally:
        child.stop(30)


def test_it_prints_a_dashboard_that_answers(up: Up) -> None:
    address = next(word for line in up.said for word in line.split() if word.startswith("http://127.0.0.1:"))
    assert requests.get(address, timeout=10).status_code == 200


def test_the_functions_settings_are_whole_and_for_the_user_alone(up: Up) -> None:
    assert stat.S_IMODE(up.settings.stat().st_mode) == 0o600
    values = json.loads(up.settings.read_text())["Values"]
    sample = json.loads((ROOT / "local.settings.sample.json").read_text())["Values"]
    assert set(values) >= set(sample)
    assert not [name for name, value in values.items() if "<" in value]


def twin(up: Up, *arguments: str) -> Any:
    """The command, and what it prints."""
    command = [sys.executable, "-m", "local", "twin", "--data", str(up.data), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def shown(up: Up) -> Any:
    """The twin's properties."""
    return twin(up, "show")["properties"]


def test_the_person_model_reaches_the_module_by_its_twin(up: Up) -> None:
    wanted = shown(up)["desired"]["ModelZipSha256"]
    wait_until(lambda: shown(up)["reported"].get("model", {}).get("sha256") == wanted, "the model in force", 60)


def test_a_setting_changed_in_the_twin_reaches_the_running_module(up: Up) -> None:
    twin(up, "set", "TimeBetweenPicturesInSeconds=7")
    version = shown(up)["desired"]["$version"]

    def in_force() -> bool:
        settings = shown(up)["reported"].get("settings", {})
        return bool(settings.get("version") == version and not settings.get("refused"))

    wait_until(in_force, "the new setting in force", 60)


def test_it_stops_without_leftovers(up: Up) -> None:
    children = psutil.Process(up.child.process.pid).children(recursive=True)
    up.child.process.send_signal(signal.SIGTERM)
    assert up.child.wait_for_exit(60) == 0
    assert not psutil.wait_procs(children, timeout=10)[1]
