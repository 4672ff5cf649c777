"""The spool's folder: one process at a time, files whole or not at all."""

import fcntl
import os
from pathlib import Path

from edge.errors import SpoolUnusable

DRAFT = ".new"


def lock(folder: Path) -> int:
    """Make the folder if it is missing; a descriptor that holds its lock until it is closed. Raises SpoolUnusable."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise SpoolUnusable(f"{folder}: {error.strerror}; set SpoolFolder to a folder that can be written") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise SpoolUnusable(f"{folder}: in use by another module; set SpoolFolder to a folder of its own") from None
    return descriptor


def leftovers(folder: Path, suffix: str) -> list[tuple[str, int]]:
    """Names and sizes of an earlier run's files, by name; its drafts are removed."""
    for draft in folder.glob(f"*{suffix}{DRAFT}"):
        draft.unlink(missing_ok=True)
    return [(path.name, path.stat().st_size) for path in sorted(folder.glob(f"*{suffix}"))]


def write(path: Path, content: bytes) -> bool:
    """Put a file there that survives a power cut: a draft, flushed, then renamed. False if the disk doesn't take it."""
    draft = path.with_name(path.name + DRAFT)
    try:
        with draft.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        draft.rename(path)
        _flush(path.parent)
    except OSError:
        draft.unlink(missing_ok=True)
        return False
    return True


def read(path: Path) -> bytes | None:
    """The file's content; None if it can't be read."""
    try:
        return path.read_bytes()
    except OSError:
        return None


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
