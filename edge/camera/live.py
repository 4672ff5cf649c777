"""A camera that sends as it sees: RTSP over the network, or one plugged into this machine."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import av

from edge.camera.source import Shown
from edge.errors import CameraLost

OPEN_SECONDS, READ_SECONDS = 10.0, 10.0


@dataclass(frozen=True)
class LiveCamera:
    """A stream that FFmpeg opens. The address may hold credentials: it is never shown, logged or put in an error."""

    name: str
    address: str = field(repr=False)
    format: str | None = None
    options: tuple[tuple[str, str], ...] = ()
    live = True
    continuous = True

    def images(self) -> Iterator[Shown]:
        """Frames as they come, for as long as the camera sends. Raises CameraLost, also when the stream ends."""
        try:
            with av.open(
                self.address, format=self.format, options=dict(self.options), timeout=(OPEN_SECONDS, READ_SECONDS)
            ) as container:
                if not container.streams.video:
                    raise CameraLost(f"{self.name}: sends no video")
                stream = container.streams.video[0]
                stream.thread_type = "SLICE"  # frame threads would hold every frame back by a few
                for image in container.decode(stream):
                    yield Shown(image, 0.0)
        except (av.FFmpegError, OSError) as error:
            raise CameraLost(f"{self.name}: {_reason(error)}") from None
        raise CameraLost(f"{self.name}: the stream ended")


def network_camera(address: str) -> LiveCamera:
    """An rtsp:// or rtsps:// camera; TCP, so that a lossy network delays frames rather than tears them."""
    return LiveCamera(redacted(address), address, options=(("rtsp_transport", "tcp"), ("fflags", "nobuffer")))


def local_camera(number: int) -> LiveCamera:
    """The camera /dev/video<number> (Video4Linux)."""
    return LiveCamera(f"camera {number}", f"/dev/video{number}", format="v4l2")


def redacted(address: str) -> str:
    """Scheme, host and port of an address: no user, password, path or query, where cameras keep their secrets."""
    match = re.match(r"(?P<scheme>[a-z]+)://(?:[^/?#]*@)?(?P<host>[^/?#@]*)", address)
    return f"{match['scheme']}://{match['host']}" if match else "camera"


def _reason(error: Exception) -> str:
    """The kind of error; its text may repeat the address."""
    return str(getattr(error, "strerror", None) or type(error).__name__).lower()
