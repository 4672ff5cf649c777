"""A camera that sends as it sees: RTSP over the network, or one plugged into this machine."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import av
from av.container import InputContainer

from edge.camera.packets import Damage, best_video, pictures_in
from edge.camera.source import Shown
from edge.errors import CameraLost

OPEN_SECONDS, READ_SECONDS = 10.0, 10.0
LONGEST_WITHOUT_PICTURE = 60.0
"""Seconds. A camera joined between two key frames sends nothing that can be decoded until the next: 20 s and more."""


@dataclass(frozen=True)
class LiveCamera:
    """A stream that FFmpeg opens. The address may hold credentials: it is never shown, logged or put in an error."""

    name: str
    address: str = field(repr=False)
    format: str | None = None
    options: tuple[tuple[str, str], ...] = ()
    steady: Callable[[], float] = time.monotonic
    live = True
    continuous = True

    def images(self) -> Iterator[Shown]:
        """Frames as they come, for as long as the camera sends. Raises CameraLost, also when the stream ends."""
        try:
            with av.open(
                self.address,
                format=self.format,
                options=dict(self.options),
                timeout=(OPEN_SECONDS, READ_SECONDS),
                metadata_errors="replace",
            ) as container:
                yield from self._shown(container)
        except CameraLost:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a camera sends, it is the camera that is at fault
            raise CameraLost(f"{self.name}: {_reason(error)}") from None
        raise CameraLost(f"{self.name}: the stream ended")

    def _shown(self, container: InputContainer) -> Iterator[Shown]:
        stream = best_video(container, threads="SLICE")  # frame threads would hold every frame back by a few
        if stream is None:
            raise CameraLost(f"{self.name}: sends no video")
        damage = Damage()
        last = self.steady()
        for packet in container.demux(stream):
            for image in pictures_in(packet, damage):
                last = self.steady()
                yield Shown(image, 0.0)
            if self.steady() - last > LONGEST_WITHOUT_PICTURE:
                raise CameraLost(f"{self.name}: sends no picture that can be decoded")


def network_camera(address: str, transport: str) -> LiveCamera:
    """An rtsp:// or rtsps:// camera; transport: as FFmpeg's option rtsp_transport has it.

    Over TCP a lossy network delays frames, over UDP it tears them; some cameras send over UDP alone.
    """
    return LiveCamera("network camera", address, options=(("rtsp_transport", transport), ("fflags", "nobuffer")))


def local_camera(number: int) -> LiveCamera:
    """The camera /dev/video<number> (Video4Linux)."""
    return LiveCamera(f"camera {number}", f"/dev/video{number}", format="v4l2")


def _reason(error: Exception) -> str:
    """The kind of error; its text may repeat the address."""
    if isinstance(error, av.ExitError):
        return f"sent nothing for {READ_SECONDS:.0f} s"
    if isinstance(error, av.InvalidDataError):
        return "sends nothing that is video, or nothing at all"
    return str(getattr(error, "strerror", None) or type(error).__name__).lower()
