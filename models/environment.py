"""A throw-away Python environment and the commands that are run in and beside it."""

import subprocess
import sys
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from models.errors import ToolMissingError

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
        python = self.folder / "venv" / "bin" / "python"
        if not python.exists():
            try:
                venv.create(self.folder / "venv", with_pip=True, symlinks=True)
            except (subprocess.CalledProcessError, OSError) as error:
                raise ToolMissingError(
                    f"{sys.executable} cannot make a virtual environment: install its venv package "
                    "(Debian: apt-get install python3-venv), then run again"
                ) from error
        return str(python)


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


def last_words(done: subprocess.CompletedProcess[str]) -> str:
    """The line of a failed command's output that tells most, in brackets after a space; empty if it said nothing."""
    lines = [line.strip() for line in (done.stderr + done.stdout).splitlines() if line.strip()]
    telling = [line for line in lines if "error" in line.lower()] or lines
    return f" ({telling[-1][:160]})" if telling else ""
