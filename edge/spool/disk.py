"""The spool's folder: one process at a time, files whole or not at all."""

import contextlib
import errno
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from edge.errors import SpoolUnusable

DRAFT = ".new"
OTHERS = 0o077
MAY_PASS = frozenset((errno.EROFS, errno.ENOSPC, errno.EDQUOT))
"""A disk that takes nothing now: no reason not to start. Memory cards that wear out are remounted read-only."""


def lock(folder: Path) -> int:
    """Make the folder if it is missing; a descriptor that holds its lock until it is closed. Raises SpoolUnusable."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        others = folder.stat().st_mode & OTHERS
        descriptor = _open_lock(folder)
    except OSError as error:
        raise SpoolUnusable(f"{folder}: {error.strerror}; set SpoolFolder to a folder that can be written") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise SpoolUnusable(f"{folder}: in use by another module; set SpoolFolder to a folder of its own") from None
    if others:
        os.close(descriptor)
        raise SpoolUnusable(f"{folder}: others may look into it; chmod 700 it, or set SpoolFolder to another")
    return descriptor


def leftovers(folder: Path, suffix: str) -> Iterator[tuple[str, int]]:
    """Names and sizes of an earlier run's files, by name; its drafts are removed."""
    for draft in folder.glob(f"*{suffix}{DRAFT}"):
        remove(draft)
    for path in sorted(folder.glob(f"*{suffix}")):
        with contextlib.suppress(OSError):
            yield path.name, path.stat().st_size


def write(path: Path, content: bytes) -> str | None:
    """Put a file there that survives a power cut: a draft, flushed, then renamed. Why the disk doesn't take it."""
    draft = path.with_name(path.name + DRAFT)
    try:
        with draft.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        draft.rename(path)
        _flush(path.parent)
    except OSError as error:
        remove(draft)
        return error.strerror or type(error).__name__
    return None


def read(path: Path) -> bytes | None:
    """The file's content; None if it is gone. Raises OSError if it can't be read now, which may pass."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def remove(path: Path) -> None:
    """Remove a file, as far as the disk lets us."""
    with contextlib.suppress(OSError):
        path.unlink()


def _open_lock(folder: Path) -> int:
    try:
        return os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        if error.errno not in MAY_PASS:
            raise
        return os.open(folder, os.O_RDONLY)


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
