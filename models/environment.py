"""A throw-away Python environment and the commands that are run in and beside it."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from models.errors import ToolMissingError

CONVERTING = ((3, 12), (3, 11))
"""Other versions of TensorFlow give other bytes: 2.20, the first for Python 3.13, was tried."""
NO_ROOM = re.compile(r"no space left|ENOSPC|Errno 28|disk quota", re.IGNORECASE)
PIP_OPTIONS = ("--quiet", "--disable-pip-version-check", "--no-input", "--retries=2", "--timeout=30")


class Environment:
    """A folder for unfinished work and, once it is asked for, a Python of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def pip(self) -> tuple[str, ...]:
        """The command for a pip that installs nothing here: this Python's own, or if it has none (Debian's), ours."""
        return (sys.executable if find_spec("pip") else self.python, "-m", "pip")

    @property
    def python(self) -> str:
        """Path of an interpreter that packages can be installed into; made when first asked for.

        Raises ToolMissingError if this Python cannot make environments.
        """
        return self._made("venv", sys.executable)

    @property
    def converter(self) -> str:
        """The same, of a Python that TensorFlow's pinned version is for. Raises ToolMissingError if there is none."""
        return self._made("converter", converting_python())

    def _made(self, name: str, base: str) -> str:
        python = self.folder / name / "bin" / "python"
        if not python.exists():
            command = [base, "-m", "venv", str(self.folder / name)]
            try:
                subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL)
            except (subprocess.CalledProcessError, OSError) as error:
                raise ToolMissingError(
                    f"{base} cannot make a virtual environment: install its venv package "
                    "(Debian: apt-get install python3-venv), then run again"
                ) from error
        return str(python)


def converting_python() -> str:
    """This Python, or one beside it that converts to the same bytes. Raises ToolMissingError."""
    if sys.version_info[:2] in CONVERTING:
        return sys.executable
    for major, minor in CONVERTING:
        found = shutil.which(f"python{major}.{minor}")
        if found and subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode == 0:
            return found
    raise ToolMissingError(
        "the models are converted once, with TensorFlow 2.19, which has nothing for this Python: install Python 3.12 "
        "or 3.11 beside it, or copy models/weights from where they are made already, then run again"
    )


@contextmanager
def throw_away_environment() -> Iterator[Environment]:
    """An environment in a temporary folder, removed at the end."""
    with TemporaryDirectory(prefix="footfall-models-") as folder:
        yield Environment(Path(folder))


def run(command: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run to the end in that folder, output kept. Raises ToolMissingError if there is no such program."""
    try:
        return subprocess.run(
            command, cwd=folder, capture_output=True, text=True, errors="replace", check=False, stdin=subprocess.DEVNULL
        )
    except FileNotFoundError as error:
        raise ToolMissingError(
            f"{command[0]} is not installed: install it (npm comes with Node), then run again"
        ) from error


def ran_out_of_room(done: subprocess.CompletedProcess[str]) -> bool:
    """Whether a failed command says that a disk is full."""
    return NO_ROOM.search(done.stderr + done.stdout) is not None


def last_words(done: subprocess.CompletedProcess[str]) -> str:
    """The line of a failed command's output that tells most, in brackets after a space; empty if it said nothing."""
    lines = [line.strip() for line in (done.stderr + done.stdout).splitlines() if line.strip()]
    telling = [line for line in lines if "error" in line.lower()] or lines
    return f" ({telling[-1][:160]})" if telling else ""
