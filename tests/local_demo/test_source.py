"""What `--source` and `--data` mean, and how soon a mistake in them is told."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.child import ROOT
from local.demo.source import is_endless, resolve
from local.errors import NothingToShow

ADDRESS = "rtsp://viewer:pass-word@10.0.0.5/live"


@pytest.mark.parametrize("source", [ADDRESS, "rtsp://10.0.0.5/live?token=pass-word", "rtsp:/viewer:pass-word@10.0.0.5"])
def test_an_address_with_a_password_is_not_taken_from_a_command_line_and_not_repeated(source: str) -> None:
    with pytest.raises(NothingToShow) as refused:
        resolve(source, {})
    assert "pass-word" not in str(refused.value)


def test_it_comes_from_the_environment() -> None:
    assert resolve("CameraSource", {"CameraSource": ADDRESS}) == ADDRESS
    assert is_endless(resolve("CameraSource", {"CameraSource": ADDRESS}))
    with pytest.raises(NothingToShow, match="is not set"):
        resolve("CameraSource", {})


def test_other_sources_are_taken_as_they_are() -> None:
    assert resolve("rtsp://10.0.0.5/live", {}) == "rtsp://10.0.0.5/live"


@pytest.mark.parametrize("module", ["local.demo.cli", "local.up.cli"])
def test_mistakes_are_judged_before_what_takes_a_second_is_loaded(module: str) -> None:
    program = f"import sys, {module}; sys.exit('azure.storage.blob' in sys.modules or 'azure.eventhub' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_folder_that_can_not_be_is_told_before_the_sample_is_drawn(tmp_path: Path) -> None:
    """Nothing of the sample is in the cache, and nothing to draw it from can be had."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path), "PATH": str(tmp_path)}
    command = [sys.executable, "-m", "local", "up", "--data", "/proc/no-such-place"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert done.stderr.startswith("up: --data /proc/no-such-place: ")
    assert list(tmp_path.iterdir()) == []


def test_a_mistaken_source_leaves_no_folder_behind(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "local", "up", "--source", "README.md", "--data", str(tmp_path / "data")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert list(tmp_path.iterdir()) == []
