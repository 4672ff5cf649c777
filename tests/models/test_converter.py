"""Which Python converts: one that gives the bytes of the table."""

import sys
from pathlib import Path

import pytest

from models.environment import converting_python
from models.errors import ToolMissingError


def program(folder: Path, name: str, status: int) -> None:
    (folder / name).write_text(f"#!/bin/sh\nexit {status}\n")
    (folder / name).chmod(0o755)


def test_this_python_converts_if_it_can(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.version_info", (3, 12, 1))
    assert converting_python() == sys.executable


def test_a_newer_one_takes_the_newest_that_can_and_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.version_info", (3, 13, 0))
    monkeypatch.setenv("PATH", str(tmp_path))
    program(tmp_path, "python3.11", 0)
    program(tmp_path, "python3.12", 127)  # as pyenv's shim answers for a version that is not switched on
    assert converting_python() == str(tmp_path / "python3.11")
    program(tmp_path, "python3.12", 0)
    assert converting_python() == str(tmp_path / "python3.12")


def test_without_one_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.version_info", (3, 13, 0))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolMissingError, match=r"install Python 3\.12 or 3\.11 beside it"):
        converting_python()
