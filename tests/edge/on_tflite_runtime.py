"""`python -m tests.edge.on_tflite_runtime [PYTEST'S OPTIONS]`: the edge tests on what an armv7l machine gets.

That is tflite-runtime and numpy 1, in an environment of their own, made once for each state of the requirements and
kept in the user's cache. Drills stay out (they start other rooms' processes, or try hours of a turned clock), and so do
files of tests that load neither of the two, wherever an import leads: they would run as they do on any machine.
"""

import ast
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from packaging.requirements import Requirement

from models.store import user_cache
from tests.drills import is_drill

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "edge" / "requirements.txt"
CONSTRAINTS = ROOT / "constraints.txt"
TESTERS = ("pytest", "pytest-xdist", "hypothesis")
DIFFERENT = {"numpy", "tflite_runtime"}
LEGACY_MACHINE = {"platform_machine": "armv7l"}
INSTALL_SECONDS, TEST_SECONDS = 600, 1800


def main(more: Sequence[str]) -> int:
    """Make the environment if it is missing and run the tests in it; their status."""
    if sys.version_info[:2] != (3, 11):
        print("left out: tflite-runtime's newest wheel is for Python 3.11", file=sys.stderr)  # noqa: T201
        return 0
    python = environment()
    options = ["-q", "-c", "/dev/null", "-W", "error", "--rootdir", ".", "-p", "no:cacheprovider"]
    chosen = ["--confcutdir", "tests/edge", *files()]
    command = [str(python), "-m", "pytest", *options, *chosen, *more]
    return subprocess.run(command, cwd=ROOT, check=False, timeout=TEST_SECONDS).returncode


def files() -> list[str]:
    """The tests whose outcome could be another one there."""
    found = [file for file in sorted((ROOT / "tests/edge").glob("test_*.py")) if loaded(file) & DIFFERENT]
    names = [file.relative_to(ROOT).as_posix() for file in found]
    return [name for name in names if not is_drill(name)]


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


def loaded(file: Path) -> set[str]:
    """The libraries that a file of this repository imports, itself or through other files of it."""
    libraries, seen, waiting = set[str](), set[Path](), {file}
    while waiting:
        looked_at = waiting.pop()
        seen.add(looked_at)
        for name in imports(looked_at):
            place = ROOT.joinpath(*name.split("."))
            ours = {each for each in (place.with_suffix(".py"), place / "__init__.py") if each.is_file()}
            waiting |= ours - seen
            if not ours:
                libraries.add(name.partition(".")[0])
    return libraries


def imports(file: Path) -> Iterator[str]:
    """The modules that a file names, with `from` also what may be a module in them."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


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
