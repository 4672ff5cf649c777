"""Set up what is missing in this checkout: `python3 -m local.setup [--for run|tests]`. Standard library only.

The virtual environment (.venv, with the command `footfall` in it), the npm packages (local/node_modules) and the weight
files (models/weights) are made side by side; each step is skipped when what it was made from has not changed.
"""

from __future__ import annotations  # an older Python shall come as far as to be told so

import argparse
import concurrent.futures
import contextlib
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from local.process_groups import ProcessGroups

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
NODE_MODULES = ROOT / "local" / "node_modules"
CONSTRAINTS = ROOT / "constraints.txt"
RUN_REQUIREMENTS = [
    ROOT / room / "requirements.txt" for room in ("edge", "function_app", "face_api", "windows", "dashboard", "local")
]
TEST_REQUIREMENTS = [*RUN_REQUIREMENTS, ROOT / "tests" / "requirements.txt"]
SHIM = ROOT / "footfall"
PYTHONS, NODE = ((3, 11), (3, 12), (3, 13)), 20
MEGABYTES = {"run": 1500, "tests": 2200}
"""What set-up needs free at most, what TensorFlow takes for a while (models/conversion.py) not counted."""
STILL_SECONDS = 10.0
COMMANDS = ProcessGroups()
NO_SPACE = re.compile(r"no space left|ENOSPC|Errno 28|disk quota", re.IGNORECASE)


class SetupFailed(Exception):
    """A step failed; the message says which and what to do."""


def main(argv: Sequence[str]) -> int:
    """Do the missing steps: 0 all there, 2 something on this machine is in the way, 130 interrupted."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) == signal.SIG_DFL:  # else nohup's wish
        signal.signal(signal.SIGHUP, signal.default_int_handler)  # a terminal that is closed reaches no other session
    parser = argparse.ArgumentParser(prog="python3 -m local.setup", description=__doc__)
    parser.add_argument("--for", dest="purpose", choices=["run", "tests"], default="run", help="what to set up for")
    purpose = parser.parse_args(argv).purpose
    try:
        check_python()
        check_node()
        check_space(purpose)
        requirements = TEST_REQUIREMENTS if purpose == "tests" else RUN_REQUIREMENTS
        steps: list[Callable[[], None]] = [lambda: python_packages(requirements), npm_packages, weight_files]
        with concurrent.futures.ThreadPoolExecutor(len(steps)) as pool, COMMANDS.ended_by_ctrl_c():
            for running in [pool.submit(step) for step in steps]:
                running.result()
        with COMMANDS.ended_by_ctrl_c():
            footfall_command()
    except SetupFailed as error:
        say(str(error))
        return 2
    except KeyboardInterrupt:
        say("interrupted; run it again to go on")
        return 130
    return 0


def check_python() -> None:
    """The pinned packages have wheels for these Pythons."""
    if sys.version_info[:2] not in PYTHONS:
        have = ".".join(map(str, sys.version_info[:2]))
        raise SetupFailed(
            f"Python 3.11, 3.12 or 3.13 is needed, this is {have}: install one and run again "
            "(where it isn't in PATH: `make PYTHON=/path/to/python3.12 …`)"
        )


def check_node() -> None:
    """Azurite runs on Node."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        raise SetupFailed("Node is not installed: install Node 20 or newer, with npm, and run again")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    major = re.match(r"v(\d+)", version)
    if major is None or int(major[1]) < NODE:
        raise SetupFailed(
            f"Node 20 or newer is needed, this is {version.strip() or 'unknown'}: update it and run again"
        )


def check_space(purpose: str) -> None:
    """A full disk is told before anything is fetched; what is there already needs nothing."""
    if VENV.exists():
        return
    free, needed = shutil.disk_usage(ROOT).free // 10**6, MEGABYTES[purpose]
    if free < needed:
        raise SetupFailed(
            f"no room: {free:,} MB are free in {ROOT}, set-up needs {needed:,} MB; make room and run again"
        )


def python_packages(requirements: Sequence[Path]) -> None:
    """Make .venv hold what the requirement files ask for; one of another Python is made anew."""
    stamp = VENV / f".made-from-{digest([CONSTRAINTS, ROOT / 'requirements.txt', *requirements])}"
    version = ".".join(map(str, sys.version_info[:2]))
    fits = (VENV / "lib" / f"python{version}").exists()
    if stamp.exists() and fits:
        return
    say(f"installing Python packages for Python {version} into .venv (takes 530 MB) …")
    if not fits:
        step("make .venv", [sys.executable, "-m", "venv", "--clear", str(VENV)])
    asked = [argument for file in requirements for argument in ("-r", str(file))]
    with still("Python packages", VENV):
        pip("install Python packages", *asked)
    stamp.touch()
    say("Python packages: installed")


def footfall_command() -> None:
    """Make .venv/bin/footfall, as pyproject.toml names it, and the link ./footfall to it."""
    made = VENV / "bin" / "footfall"
    stamp = VENV / f".command-made-from-{digest([ROOT / 'pyproject.toml'])}"
    if not (stamp.exists() and made.exists()):
        pip("make the command footfall", "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
        stamp.touch()
    if not SHIM.exists():
        SHIM.unlink(missing_ok=True)
        SHIM.symlink_to(made.relative_to(ROOT))
        say("the command is there: ./footfall --help")


def pip(what: str, *arguments: str) -> None:
    """Install into .venv, transitive pins included. Raises SetupFailed."""
    options = ["--quiet", "--disable-pip-version-check", "--no-input", "--retries", "2", "-c", str(CONSTRAINTS)]
    step(what, [str(VENV / "bin" / "python"), "-m", "pip", "install", *options, *arguments])


def npm_packages() -> None:
    """Make local/node_modules hold what local/package-lock.json pins."""
    stamp = NODE_MODULES / f".made-from-{digest([ROOT / 'local' / 'package-lock.json'])}"
    if stamp.exists():
        return
    say("installing npm packages into local/node_modules (takes 190 MB) …")
    options = ["--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=1"]
    with still("npm packages", NODE_MODULES):
        step("install npm packages", ["npm", "ci", *options, "--prefix", str(ROOT / "local")])
    stamp.touch()
    say("npm packages: installed")


def weight_files() -> None:
    """Make models/weights hold the weight files; the build itself says what it does."""
    done = COMMANDS.run([sys.executable, "-m", "models", "build"], ROOT, quiet=False)
    if done.returncode:
        raise SetupFailed("the weight files are not complete (see above): mend that and run again")


def step(what: str, command: Sequence[str]) -> None:
    """Run a command quietly; on failure say the line that tells most and keep the rest in a log. Raises SetupFailed."""
    try:
        done = COMMANDS.run(command, ROOT, quiet=True)
    except OSError as error:
        raise SetupFailed(f"could not {what}: {error.strerror}") from None
    if done.returncode == 0:
        return
    log = ROOT / "build" / f"{what.replace(' ', '-')}.log"
    with contextlib.suppress(OSError):  # a full disk, of which the message tells
        log.parent.mkdir(exist_ok=True)
        log.write_text(done.stdout + done.stderr)
    if NO_SPACE.search(done.stdout + done.stderr):
        raise SetupFailed(f"could not {what}: no space left; {room_left()}; make room and run again")
    lines = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    telling = [line for line in lines if re.match(r"(npm )?error", line, re.IGNORECASE)] or lines or ["no message"]
    advice = "check the network and the package index, then run again"
    raise SetupFailed(f"could not {what}: {telling[0][:200]} ({advice}; all of it: {log.relative_to(ROOT)})")


@contextlib.contextmanager
def still(what: str, folder: Path) -> Iterator[None]:
    """Say every ten seconds that it goes on, and how much is there already."""
    ended, begin = threading.Event(), time.monotonic()

    def tell() -> None:
        while not ended.wait(STILL_SECONDS):
            say(f"{what}: {time.monotonic() - begin:.0f} s, {megabytes(folder):,} MB there …")

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        ended.set()
        teller.join()


def megabytes(folder: Path) -> int:
    """What a folder takes on disk by now; files may come and go meanwhile."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += (Path(place) / name).lstat().st_size
    return total // 10**6


def room_left() -> str:
    """How much is free where set-up writes."""
    places = {str(ROOT): ROOT, "the temporary folder": Path(tempfile.gettempdir())}
    return ", ".join(
        f"{shutil.disk_usage(path).free // 10**6:,} MB are free in {name}" for name, path in places.items()
    )


def digest(files: Sequence[Path]) -> str:
    """What the content of these files hashes to, short."""
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()[:16]


def say(line: str) -> None:
    """Tell how it goes."""
    sys.stderr.write(f"setup: {line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main(sys.argv[1:]))
