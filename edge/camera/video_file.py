"""A video file, played in real time by its timestamps."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av

from edge.camera.source import Shown
from edge.errors import SourceUnusable


@dataclass(frozen=True)
class VideoFile:
    """Footage on disk, in any container and codec that FFmpeg reads."""

    path: Path
    name = "video file"
    live = False
    continuous = True

    def check(self) -> None:
        """Raises SourceUnusable unless the file has a video stream whose first frame can be decoded."""
        if next(self.images(), None) is None:
            raise SourceUnusable(f"{self.path}: no video frame in this file")

    def images(self) -> Iterator[Shown]:
        """Every frame at its time. Raises SourceUnusable if the file isn't video; damage later ends it early."""
        shown = 0
        try:
            with av.open(str(self.path)) as container:
                if not container.streams.video:
                    raise SourceUnusable(f"{self.path}: no video stream in this file")
                stream = container.streams.video[0]
                stream.thread_type = "AUTO"
                first: float | None = None
                for image in container.decode(stream):
                    time = image.time if image.time is not None else shown / float(stream.average_rate or 25)
                    first = time if first is None else first
                    shown += 1
                    yield Shown(image, time - first)
        except av.FFmpegError:
            if not shown:
                raise SourceUnusable(f"{self.path}: not a video that can be read") from None
