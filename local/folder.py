"""Folders that one process has for itself."""

import fcntl
import os
import stat
import tempfile
from pathlib import Path
from typing import TextIO

from local.errors import SurroundingsUnfit


def claim(folder: Path) -> TextIO:
    """Make the folder, and keep other servers out of it until the file answered is closed or this process ends.

    Raises SurroundingsUnfit when another server has it, or it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("w")
    except OSError as error:
        raise SurroundingsUnfit(f"--data {folder}: {error.strerror}") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise SurroundingsUnfit(f"--data {folder}: another server uses this folder") from None
    return lock


def runtime_folder() -> Path:
    """Where this user's servers leave word of themselves: short in name, as Unix sockets need it, and private.

    Raises SurroundingsUnfit when somebody else has made it.
    """
    folder = Path(tempfile.gettempdir()) / f"footfall-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    about = folder.lstat()
    if about.st_uid != os.getuid() or not stat.S_ISDIR(about.st_mode) or about.st_mode & 0o077:
        raise SurroundingsUnfit(f"{folder} is not private to this user: remove it, or set TMPDIR")
    return folder


def write_private(file: Path, text: str) -> None:
    """Replace a file's text at once, for this user's eyes only; a death leaves the old or the new."""
    half = file.with_name(f"{file.name}.new")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(text)
    half.replace(file)
