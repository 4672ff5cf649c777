"""Set-up on an unfit machine ends in one line that says what to do, and status 2."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


def checkout(folder: Path) -> Path:
    """A copy of what set-up reads, with nothing made yet."""
    for name in (
        "requirements.txt",
        "edge/requirements.txt",
        "function_app/requirements.txt",
        "face_api/requirements.txt",
        "local/requirements.txt",
        "constraints.txt",
        "local/package.json",
        "local/package-lock.json",
        "local/setup.py",
        "local/__init__.py",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes((ROOT / name).read_bytes())
    (folder / "models").symlink_to(ROOT / "models")
    return folder


def set_up(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "local.setup"],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def assert_one_line(done: subprocess.CompletedProcess[str], says: str) -> None:
    last = done.stderr.strip().splitlines()[-1]
    assert done.returncode == 2
    assert says in last
    assert "Traceback" not in done.stderr


def test_without_node_it_says_to_install_node(tmp_path: Path) -> None:
    assert_one_line(set_up(checkout(tmp_path), PATH=str(tmp_path)), "install Node 20 or newer")


def test_an_old_node_is_named(tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for name, answer in (("node", "v18.1.0"), ("npm", "9")):
        (tools / name).write_text(f"#!/bin/sh\necho {answer}\n")
        (tools / name).chmod(0o755)
    done = set_up(checkout(tmp_path / "here"), PATH=f"{tools}{os.pathsep}{os.environ['PATH']}")
    assert_one_line(done, "Node 20 or newer is needed, this is v18.1.0")


@pytest.mark.timeout(120)
def test_without_a_package_index_it_names_the_step_and_keeps_a_log(tmp_path: Path) -> None:
    folder = checkout(tmp_path)
    nowhere = "http://127.0.0.1:9"
    done = set_up(
        folder,
        PIP_INDEX_URL=nowhere,
        PIP_CONFIG_FILE="/dev/null",
        NPM_CONFIG_REGISTRY=nowhere,
        PIP_RETRIES="0",
        PIP_NO_CACHE_DIR="1",
        NPM_CONFIG_CACHE=str(tmp_path / "npm"),
        XDG_CACHE_HOME=str(tmp_path / "cache"),
    )
    assert_one_line(done, "could not install")
    assert list((folder / "build").glob("install-*.log"))
