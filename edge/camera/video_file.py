"""A video file, played in real time by its timestamps."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import structlog
from av.container import InputContainer

from edge.camera.packets import Damage, best_video, packets_of, pictures_in
from edge.camera.source import Shown
from edge.errors import SourceUnusable

LONGEST_GAP = 5.0
"""Seconds. Recordings put together jump by hours, forwards or backwards; a jump passes as one frame does."""

log = structlog.get_logger()


@dataclass(frozen=True)
class VideoFile:
    """Footage on disk, in any container and codec that FFmpeg reads."""

    path: Path
    name = "video file"
    live = False
    continuous = True

    def check(self) -> None:
        """Raises SourceUnusable unless the file has a video stream of which a frame can be decoded."""
        if next(self.images(), None) is None:
            raise SourceUnusable("no video frame in this file")

    def images(self) -> Iterator[Shown]:
        """Every frame at its time; what is damaged is skipped, and said at the end.

        Raises SourceUnusable if the file isn't video.
        """
        damage = Damage()
        try:
            # absolute: FFmpeg takes what stands before a colon for a protocol
            with av.open(str(self.path.absolute()), metadata_errors="replace") as container:
                yield from self._shown(container, damage)
        except SourceUnusable:
            raise
        except Exception:  # noqa: BLE001 - whatever a file holds, it is the file that is at fault
            raise SourceUnusable("not a video that can be read") from None
        if damage.packets:
            log.warning("footage damaged", packetsSkipped=damage.packets)

    def _shown(self, container: InputContainer, damage: Damage) -> Iterator[Shown]:
        stream = best_video(container, threads="AUTO")
        if stream is None:
            raise SourceUnusable("no video stream in this file")
        one = 1 / float(stream.average_rate or 25)
        due, last = 0.0, None
        for packet in packets_of(container, stream, damage):
            for image in pictures_in(packet, damage):
                if last is not None:
                    step = one if image.time is None else image.time - last
                    due += step if 0 <= step <= max(LONGEST_GAP, 2 * one) else one
                last = image.time if image.time is not None else (last or 0.0) + one
                yield Shown(image, due)
