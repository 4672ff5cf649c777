"""What every source offers."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from av import VideoFrame


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """An image and when it is due: seconds after the source's first one. A live camera's are due as they come: 0."""

    image: VideoFrame
    due: float


class Source(Protocol):
    """Something to look at."""

    @property
    def name(self) -> str:
        """For logs: what kind of source, and without credentials."""

    @property
    def live(self) -> bool:
        """True for a camera, which may be lost and come back; False for files, which end."""

    @property
    def continuous(self) -> bool:
        """True for video; False for pictures that have nothing to do with one another, none of which may be missed."""

    def images(self) -> Iterator[Shown]:
        """Images in order, until the end. Raises CameraLost (live) or SourceUnusable (files)."""
