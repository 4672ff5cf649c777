"""Room on the disk for a run's data."""

import shutil
import tempfile
from pathlib import Path

from local.errors import SurroundingsUnfit

LEAST_MEGABYTES = 200
"""What a run writes in its first minutes, several times over."""


def check_room(folder: Path | None = None) -> None:
    """Look before anything starts; folder: where the data go (None: the temporary folder). Raises SurroundingsUnfit."""
    free = shutil.disk_usage(folder or tempfile.gettempdir()).free // 10**6
    if free < LEAST_MEGABYTES:
        where = f"{folder}" if folder else f"{tempfile.gettempdir()} (or set TMPDIR)"
        raise SurroundingsUnfit(
            f"no space left: {free} MB are free, {LEAST_MEGABYTES} MB are needed; make room in {where}"
        )


def room_left() -> str:
    """For a message about a failure that a full disk may have brought about."""
    free = shutil.disk_usage(tempfile.gettempdir()).free // 10**6
    full = "no space left: " if free < LEAST_MEGABYTES else ""
    return f"{full}{free:,} MB are free in {tempfile.gettempdir()}"
