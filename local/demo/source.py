"""What `--source` means: sample footage, a path, an RTSP address or a camera's number."""

from pathlib import Path

from local.errors import NothingToShow
from local.footage import sample_footage

CAMERA_SECONDS = 60.0
"""How long a source without an end is watched when nothing else is asked."""


def resolve(source: str) -> str:
    """The edge module's `--source`. Makes the sample footage if need be. Raises NothingToShow."""
    if source == "sample":
        return str(sample_footage())
    if is_endless(source):
        return source
    if not Path(source).exists():
        raise NothingToShow(f"--source {source}: there is no such file or folder")
    return str(Path(source).resolve())


def is_endless(source: str) -> bool:
    """Whether the source goes on until it is told to stop."""
    return source.isdigit() or source.startswith(("rtsp://", "rtsps://"))
