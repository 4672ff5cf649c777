"""`python -m tests.edge.on_tflite_runtime [PYTEST'S OPTIONS]`: the edge tests on what an armv7l machine gets.

That is tflite-runtime and numpy 1, in an environment of their own, made once for each state of the requirements and
kept in the user's cache. The tests in processes/ start other rooms' processes and stay out.
"""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from packaging.requirements import Requirement

from models.store import user_cache

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "edge" / "requirements.txt"
CONSTRAINTS = ROOT / "constraints.txt"
TESTERS = ("pytest", "pytest-xdist", "hypothesis")
LEGACY_MACHINE = {"platform_machine": "armv7l"}
INSTALL_SECONDS, TEST_SECONDS = 600, 1800


def main(more: Sequence[str]) -> int:
    """Make the environment if it is missing and run the tests in it; their status."""
    if sys.version_info[:2] != (3, 11):
        print("left out: tflite-runtime's newest wheel is for Python 3.11", file=sys.stderr)  # noqa: T201
        return 0
    python = environment()
    options = ["-q", "-c", "/dev/null", "-W", "error", "--rootdir", ".", "-p", "no:cacheprovider"]
    chosen = ["--confcutdir", "tests/edge", "--ignore", "tests/edge/processes", "tests/edge"]
    command = [str(python), "-m", "pytest", *options, *chosen, *more]
    return subprocess.run(command, cwd=ROOT, check=False, timeout=TEST_SECONDS).returncode


def environment() -> Path:
    """The Python of the environment."""
    wanted = sorted(requirements())
    pins = sorted(constraints({Requirement(line).name for line in wanted}))
    state = hashlib.sha256("\n".join([sys.version, *wanted, *pins]).encode()).hexdigest()[:16]
    folder = user_cache() / f"tflite-runtime-{state}"
    python = folder / "bin" / "python"
    if (folder / "complete").exists():
        return python
    shutil.rmtree(folder, ignore_errors=True)
    print("making an environment with tflite-runtime …", file=sys.stderr, flush=True)  # noqa: T201
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    (folder / "constraints.txt").write_text("\n".join(pins))
    options = ["-q", "--disable-pip-version-check", "-c", str(folder / "constraints.txt")]
    subprocess.run([str(python), "-m", "pip", "install", *options, *wanted], check=True, timeout=INSTALL_SECONDS)
    (folder / "complete").touch()
    return python


def requirements() -> Iterator[str]:
    """What edge/requirements.txt asks for on armv7l, and what runs the tests."""
    for line in REQUIREMENTS.read_text().splitlines():
        if line and not line.startswith("#"):
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate(LEGACY_MACHINE):
                yield f"{requirement.name}{requirement.specifier}"
    yield from TESTERS


def constraints(settled: set[str]) -> Iterator[str]:
    """The project's pins for everything that the requirements leave open."""
    for line in CONSTRAINTS.read_text().splitlines():
        if line and not line.startswith("#"):
            requirement = Requirement(line)
            applies = requirement.marker is None or requirement.marker.evaluate()
            if applies and requirement.name not in settled - set(TESTERS):
                yield f"{requirement.name}{requirement.specifier}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
