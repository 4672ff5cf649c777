"""Set up what is missing in this checkout: `python3 -m local.setup [--for run|tests]`. Standard library only.

The virtual environment (.venv), the npm packages (local/node_modules) and the weight files (models/weights) are made
side by side; each step is skipped when what it was made from has not changed.
"""

import argparse
import concurrent.futures
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
NODE_MODULES = ROOT / "local" / "node_modules"
CONSTRAINTS = ROOT / "constraints.txt"
RUN_REQUIREMENTS = [ROOT / room / "requirements.txt" for room in ("edge", "function_app", "face_api", "local")]
TEST_REQUIREMENTS = [*RUN_REQUIREMENTS, ROOT / "tests" / "requirements.txt"]
PYTHON, NODE = (3, 11), 20


class SetupFailed(Exception):
    """A step failed; the message says which and what to do."""


def main(argv: Sequence[str]) -> int:
    """Do the missing steps: 0 all there, 2 something on this machine is in the way."""
    parser = argparse.ArgumentParser(prog="python3 -m local.setup", description=__doc__)
    parser.add_argument("--for", dest="purpose", choices=["run", "tests"], default="run", help="what to set up for")
    purpose = parser.parse_args(argv).purpose
    try:
        check_python()
        check_node()
        requirements = TEST_REQUIREMENTS if purpose == "tests" else RUN_REQUIREMENTS
        steps: list[Callable[[], None]] = [lambda: python_packages(requirements), npm_packages, weight_files]
        with concurrent.futures.ThreadPoolExecutor(len(steps)) as pool:
            for running in [pool.submit(step) for step in steps]:
                running.result()
    except SetupFailed as error:
        say(str(error))
        return 2
    return 0


def check_python() -> None:
    """The pinned packages have wheels for this Python only."""
    if sys.version_info[:2] != PYTHON:
        have = ".".join(map(str, sys.version_info[:2]))
        raise SetupFailed(f"Python 3.11 is needed, this is {have}: install it and run `make PYTHON=python3.11 …`")


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


def python_packages(requirements: Sequence[Path]) -> None:
    """Make .venv hold what the requirement files ask for."""
    stamp = VENV / f".made-from-{digest([CONSTRAINTS, ROOT / 'requirements.txt', *requirements])}"
    if stamp.exists():
        return
    say("installing Python packages into .venv …")
    python = VENV / "bin" / "python"
    if not python.exists():
        step("make .venv", [sys.executable, "-m", "venv", str(VENV)])
    asked = [argument for file in requirements for argument in ("-r", str(file))]
    options = ["--quiet", "--disable-pip-version-check", "--no-input", "--retries", "2"]
    step("install Python packages", [str(python), "-m", "pip", "install", *options, "-c", str(CONSTRAINTS), *asked])
    stamp.touch()
    say("Python packages: installed")


def npm_packages() -> None:
    """Make local/node_modules hold what local/package-lock.json pins."""
    stamp = NODE_MODULES / f".made-from-{digest([ROOT / 'local' / 'package-lock.json'])}"
    if stamp.exists():
        return
    say("installing npm packages into local/node_modules …")
    options = ["--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=1"]
    step("install npm packages", ["npm", "ci", *options, "--prefix", str(ROOT / "local")])
    stamp.touch()
    say("npm packages: installed")


def weight_files() -> None:
    """Make models/weights hold the weight files; the build itself says what it does."""
    done = subprocess.run([sys.executable, "-m", "models", "build"], cwd=ROOT, check=False)
    if done.returncode:
        raise SetupFailed("the weight files are not complete (see above): mend that and run again")


def step(what: str, command: Sequence[str]) -> None:
    """Run a command quietly; on failure say the line that tells most and keep the rest in a log. Raises SetupFailed."""
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    except OSError as error:
        raise SetupFailed(f"could not {what}: {error.strerror}") from None
    if done.returncode == 0:
        return
    log = ROOT / "build" / f"{what.replace(' ', '-')}.log"
    log.parent.mkdir(exist_ok=True)
    log.write_text(done.stdout + done.stderr)
    lines = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    telling = [line for line in lines if re.match(r"(npm )?error", line, re.IGNORECASE)] or lines or ["no message"]
    advice = "check the network and the package index, then run again"
    raise SetupFailed(f"could not {what}: {telling[0][:200]} ({advice}; all of it: {log.relative_to(ROOT)})")


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
