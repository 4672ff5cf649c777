"""`python -m tests.other_pythons`: a short run on each other Python that this machine has and the project takes.

Every module is imported with warnings as errors, the demo runs for a few seconds, and the rooms' unit tests run, in an
environment of its own, made once for each state of the requirements and kept in the user's cache. The whole suite is
`make test`'s, on the Python that set-up took.
"""

import concurrent.futures
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from local.setup import CONSTRAINTS, PYTHONS, ROOT, RUN_REQUIREMENTS
from models.store import user_cache

TESTERS = ("pytest", "pytest-asyncio", "pytest-timeout", "hypothesis", "jsonschema", "packaging", "PyYAML")
UNIT_TESTS = (
    "tests/test_rooms.py",
    "tests/dashboard/test_calendar.py",
    "tests/dashboard/test_rates.py",
    "tests/dashboard/test_words.py",
    "tests/edge/test_policy.py",
    "tests/edge/test_settings.py",
    "tests/edge/test_tracking.py",
    "tests/face_api/test_visits.py",
    "tests/function_app/test_anonymize.py",
    "tests/function_app/test_pool.py",
    "tests/function_app/test_settings.py",
    "tests/local_demo/test_progress.py",
    "tests/local_doctor",
    "tests/local_event_hubs/test_codec.py",
    "tests/local_iot_edge/test_mqtt.py",
    "tests/local_size",
    "tests/models/test_table.py",
    "tests/vision/test_boxes.py",
    "tests/windows/test_ordering.py",
    "tests/windows/test_query.py",
)
"""Files that start nothing, or next to nothing, of every room."""
IMPORT_ALL = """
import importlib, pkgutil, sys
for room in sys.argv[1:]:
    package = importlib.import_module(room)
    for module in pkgutil.walk_packages(package.__path__, f"{room}."):
        if not module.name.startswith(("models.convert", "function_app.triggers")) and "__main__" not in module.name:
            importlib.import_module(module.name)
"""
ROOMS = ("command", "dashboard", "edge", "face_api", "function_app", "local", "models", "vision", "windows")
INSTALL_SECONDS, STEP_SECONDS = 600, 400


def main() -> int:
    """Try each that is there: 0 all well (or none there), 1 not."""
    found = {}
    for version in PYTHONS:
        if version == sys.version_info[:2]:
            continue
        if python := find(*version):
            found[version] = python
        else:
            say(version, "not on this machine: left out")
    with concurrent.futures.ThreadPoolExecutor(len(found) or 1) as pool:
        return 0 if all(pool.map(attempt, found, found.values())) else 1


def find(major: int, minor: int) -> Path | None:
    """A Python of that version that runs: in PATH, or one of pyenv's."""
    name = f"python{major}.{minor}"
    kept = (Path.home() / ".pyenv" / "versions").glob(f"{major}.{minor}.*/bin/{name}")
    for candidate in (shutil.which(name), *sorted(kept, reverse=True)):
        if candidate and subprocess.run([candidate, "-c", ""], capture_output=True, check=False).returncode == 0:
            return Path(candidate)
    return None


def attempt(version: tuple[int, int], base: Path) -> bool:
    """Make the environment and go through the steps; the first that fails is shown whole."""
    python = environment(version, base)
    tests = ["-q", "-p", "no:cacheprovider", *UNIT_TESTS]
    steps = {
        "imports": ["-W", "error", "-c", IMPORT_ALL, *ROOMS],
        "demo": ["-m", "command", "demo", "--seconds", "5", "--no-dashboard"],
        "unit tests": ["-m", "pytest", *tests],
    }
    for name, arguments in steps.items():
        done = subprocess.run(
            [python, *arguments],
            cwd=ROOT,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=STEP_SECONDS,
        )
        if done.returncode:
            say(version, f"{name} failed\n{done.stdout[-6000:]}")
            return False
        say(version, f"{name}: {(done.stdout.strip().splitlines() or ['all'])[-1]}")
    return True


def environment(version: tuple[int, int], base: Path) -> Path:
    """The Python of the environment."""
    files = [CONSTRAINTS, ROOT / "requirements.txt", *RUN_REQUIREMENTS]
    state = hashlib.sha256(b"\0".join([str(base).encode(), *(file.read_bytes() for file in files)])).hexdigest()[:16]
    folder = user_cache() / f"python{version[0]}.{version[1]}-{state}"
    python = folder / "bin" / "python"
    if (folder / "complete").exists():
        return python
    say(version, "making an environment …")
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([base, "-m", "venv", folder], check=True)
    options = ["--quiet", "--disable-pip-version-check", "-c", str(CONSTRAINTS)]
    asked = [argument for file in RUN_REQUIREMENTS for argument in ("-r", str(file))]
    subprocess.run([python, "-m", "pip", "install", *options, *asked, *TESTERS], check=True, timeout=INSTALL_SECONDS)
    (folder / "complete").touch()
    return python


def say(version: tuple[int, int], line: str) -> None:
    """Tell how it goes."""
    print(f"Python {version[0]}.{version[1]}: {line}", file=sys.stderr, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
