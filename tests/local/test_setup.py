"""Set-up on an unfit machine ends in one line that says what to do, and status 2."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from local.setup import MEGABYTES, SetupFailed, check_python, check_space, step

ROOT = Path(__file__).resolve().parent.parent.parent


def checkout(folder: Path) -> Path:
    """A copy of what set-up reads, with nothing made yet."""
    for name in (
        "requirements.txt",
        "edge/requirements.txt",
        "function_app/requirements.txt",
        "face_api/requirements.txt",
        "windows/requirements.txt",
        "dashboard/requirements.txt",
        "local/requirements.txt",
        "constraints.txt",
        "pyproject.toml",
        "local/package.json",
        "local/package-lock.json",
        "local/process_groups.py",
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


def test_a_full_disk_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By what pip and npm say, and beforehand by how much is free."""
    monkeypatch.setattr("local.setup.ROOT", tmp_path)
    for last in ("OSError: [Errno 28] No space left on device", "npm error code ENOSPC"):
        with pytest.raises(SetupFailed, match=r"no space left; .* MB are free"):
            step("install it", ["/bin/sh", "-c", f"echo '{last}' >&2; exit 1"])
    monkeypatch.setattr("local.setup.VENV", tmp_path / "none")
    monkeypatch.setitem(MEGABYTES, "run", 10**9)
    with pytest.raises(SetupFailed, match="set-up needs 1,000,000,000 MB"):
        check_space("run")


def test_a_python_that_has_no_wheels_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for version in ((3, 10, 9), (3, 14, 0)):
        monkeypatch.setattr("sys.version_info", version)
        with pytest.raises(SetupFailed, match=r"3\.11, 3\.12 or 3\.13 is needed, this is 3\.1[04]"):
            check_python()
    monkeypatch.setattr("sys.version_info", (3, 13, 0))
    check_python()


def pythons(folder: Path, *versions: str) -> Path:
    """A folder of programs that answer as Pythons of these versions would, and one that is pyenv's empty shim."""
    folder.mkdir()
    for version in versions:
        program = folder / f"python{version}"
        fits = version in ("3.11", "3.12", "3.13")
        program.write_text(f"#!/bin/sh\nexit {0 if fits else 1}\n")
        program.chmod(0o755)
    return folder


@pytest.mark.parametrize(
    ("there", "taken"),
    [
        (["3.11", "3.12", "3.13"], "python3.11"),
        (["3.10", "3.12"], "python3.12"),
        (["3.12", "3.13"], "python3.13"),
        (["3.14"], "python3"),
    ],
)
def test_make_takes_3_11_or_else_the_newest_that_fits(there: list[str], taken: str, tmp_path: Path) -> None:
    tools = pythons(tmp_path / "tools", *there)
    for name in ("make", "bash", "sh", "expr"):
        if found := shutil.which(name):
            (tools / name).symlink_to(found)
    shutil.copy(ROOT / "Makefile", tmp_path / "Makefile")
    done = subprocess.run(
        [tools / "make", "--dry-run", "setup"], cwd=tmp_path, env={"PATH": str(tools)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split()[0] == taken


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


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_ends_it_within_seconds_and_leaves_nothing_running(sent: signal.Signals, tmp_path: Path) -> None:
    """Though npm, as it does, goes on to the end of what it began."""
    tools, began = tmp_path / "tools", tmp_path / "began"
    tools.mkdir()
    os.mkfifo(began)
    npm = f"#!/bin/sh\ntrap '' INT TERM\n[ \"$1\" = ci ] || exit 0\necho $$ > {began}\nwhile :; do sleep 1; done\n"
    for name, script in (("node", "#!/bin/sh\necho v20.1.0\n"), ("npm", npm)):
        (tools / name).write_text(script)
        (tools / name).chmod(0o755)
    with subprocess.Popen(
        [sys.executable, "-m", "local.setup"],
        cwd=checkout(tmp_path / "here"),
        env={**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}", "PIP_INDEX_URL": "http://127.0.0.1:9"},
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        stubborn = psutil.Process(int(began.read_text()))
        try:
            running.send_signal(sent)
            complaint = running.communicate(timeout=60)[1]
            assert running.returncode == 130
            assert complaint.splitlines()[-1] == "setup: interrupted; run it again to go on"
            assert "Traceback" not in complaint
            assert not stubborn.is_running()
        finally:
            for process in (running, stubborn):
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
