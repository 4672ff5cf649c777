"""Programs that are seldom needed, from package registries: each in a folder of its own in the user's cache."""

import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable
from pathlib import Path

from models.store import user_cache


def program(requirement: str, module: str) -> list[str]:
    """The command that runs a module which a pinned requirement brings."""
    return [str(environment(user_cache() / requirement, requirement) / "bin/python"), "-m", module]


def environment(folder: Path, *arguments: str) -> Path:
    """A virtual environment with what pip installs by these arguments. Raises CalledProcessError."""

    def make(fresh: Path) -> None:
        venv.create(fresh, with_pip=False)
        pip = [sys.executable, "-m", "pip", "--python", str(fresh / "bin/python"), "install", "--quiet"]
        command = [*pip, "--disable-pip-version-check", *arguments]
        subprocess.run(command, check=True, stderr=subprocess.PIPE, text=True, timeout=1200)

    return made_once(folder, make)


def made_once(folder: Path, make: Callable[[Path], None]) -> Path:
    """The folder; where it isn't there, `make` fills one, which takes its place whole or not at all."""
    if folder.exists():
        return folder
    sys.stderr.write(f"installing in {folder} (once)\n")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as parent:
        fresh = Path(parent, folder.name)
        make(fresh)
        try:
            fresh.rename(folder)
        except OSError:  # somebody else made it meanwhile
            if not folder.exists():
                raise
    return folder
