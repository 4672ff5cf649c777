"""Programs of PyPI that are seldom needed: each in an environment of its own in the user's cache."""

import subprocess
import venv

from models.store import user_cache


def program(requirement: str, name: str) -> str:
    """The path of a program that a pinned requirement brings."""
    folder = user_cache() / requirement
    if not (folder / "bin" / name).exists():
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([folder / "bin/python", "-m", "pip", "install", "--quiet", requirement], check=True)
    return str(folder / "bin" / name)
