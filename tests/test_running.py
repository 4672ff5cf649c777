"""How tests are run by hand: a room without its drills, a failing property without a long search."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.drills import DRILLS
from tests.lengths import APART, LONGEST

ROOT = Path(__file__).resolve().parent.parent
MAKE = shutil.which("make") or "make"


@pytest.mark.parametrize("name", sorted({*DRILLS, *LONGEST, *APART}))
def test_every_file_that_is_listed_is_there(name: str) -> None:
    assert (ROOT / name).exists()


def test_a_failing_property_is_red_with_its_first_example() -> None:
    """Under the profile of local runs; shrinking may go on for five minutes."""
    failures = list[int]()

    @settings(settings.get_profile("local"), database=None)
    @given(st.lists(st.integers(), min_size=1))
    def adds_up_to_little(numbers: list[int]) -> None:
        if sum(numbers) > 100:
            failures.append(sum(numbers))
        assert sum(numbers) <= 100

    with pytest.raises(AssertionError):
        adds_up_to_little()
    assert len(failures) <= 3, "the example found, and its repetition"


def pytest_line(*arguments: str) -> str:
    """What `make` would have pytest run."""
    made = subprocess.run(
        [MAKE, "--dry-run", *arguments, f"PYTHON={sys.executable}"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    (line,) = [line for line in made.splitlines() if "pytest" in line]
    return line


@pytest.mark.parametrize("target", ["test", "test-shuffled"])
@pytest.mark.parametrize("room", ["", "windows"])
@pytest.mark.parametrize("drills", ["", "yes"])
def test_drills_are_left_out_unless_they_are_asked_for(target: str, room: str, drills: str) -> None:
    line = pytest_line(target, f"ROOM={room}", f"DRILLS={drills}")
    assert ("tests/windows" in line) is bool(room)
    assert ('-m "not drill"' in line) != bool(drills)


def test_ci_runs_the_drills_too() -> None:
    assert (ROOT / ".ci/run").read_text().splitlines()[-1] == "make test DRILLS=yes"


def test_a_random_order_is_told_and_can_be_had_again() -> None:
    made = subprocess.run(
        [MAKE, "--dry-run", "test-shuffled", f"PYTHON={sys.executable}"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    told, taken = re.findall(r"the order of SEED=(\d+)", made), re.findall(r"--random-order-seed (\d+)", made)
    assert told == taken
    assert len(told) == 1


def test_a_room_that_is_none_is_named() -> None:
    done = subprocess.run(
        [MAKE, "--dry-run", "test", "ROOM=kitchen"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "no room kitchen" in done.stderr
