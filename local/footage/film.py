"""Writes frames as an H.264 film."""

from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path

import av

from local.footage.frames import Frame


def write_film(frames: Iterable[Frame], frames_per_second: int, target: Path, written: Callable[[int], None]) -> None:
    """Encode [H, W, 3] RGB frames into an MP4. written(n) is called after each frame.

    One encoder thread: with more, x264's bytes would depend on how many cores the machine has.
    """
    with av.open(str(target), "w", format="mp4", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264", rate=frames_per_second)
        stream.options = {"preset": "veryfast", "crf": "22", "threads": "1"}
        stream.pix_fmt = "yuv420p"
        stream.time_base = Fraction(1, frames_per_second)
        for number, pixels in enumerate(frames):
            if number == 0:
                stream.height, stream.width = pixels.shape[:2]
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts = number
            container.mux(stream.encode(frame))
            written(number + 1)
        container.mux(stream.encode())
