"""The one command hands over to the rooms, from whatever folder it is called."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from command.table import COMMANDS
from tests.local_demo.command import ROOT


def footfall(*arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """As the entry point of the environment calls it."""
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from command.__main__ import run; run()"
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=100)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_says_its_own_usage(name: str) -> None:
    done = footfall(name, "--help")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"usage: footfall {name} ")
    assert "python -m" not in done.stdout


def test_help_names_every_command_and_fits_80_columns() -> None:
    done = footfall("--help")
    assert all(re.search(rf"^ +{name}\b", done.stdout, re.MULTILINE) for name in COMMANDS)
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_the_version_is_the_projects() -> None:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    for option in ("--version", "-V"):
        assert footfall(option).stdout == f"footfall {wanted}\n"


@pytest.mark.parametrize(
    "arguments", [[], ["nonsense"], ["dem"], ["demo", "--sourc", "x"], ["demo", "--seconds", "abc"]]
)
def test_a_mistake_is_status_2_and_no_traceback(arguments: list[str]) -> None:
    done = footfall(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "_positive" not in done.stderr


def test_it_works_from_another_folder_and_the_rooms_statuses_are_its_own(tmp_path: Path) -> None:
    done = footfall("gate", "no-such-picture.jpg", folder=tmp_path)
    assert (done.returncode, done.stderr) == (2, "edge: no-such-picture.jpg: no such file\n")


def test_size_answers_as_its_room_does() -> None:
    arguments = ("size", "--stores", "2", "--cameras", "1", "--visitors-per-hour", "60", "--json")
    by_room = subprocess.run(
        [sys.executable, "-m", "local", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert footfall(*arguments).stdout == by_room.stdout
