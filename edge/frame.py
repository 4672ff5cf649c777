"""One frame of a camera, kept as it was decoded until someone needs pixels of it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import numpy as np
from av import VideoFrame
from av.video.reformatter import Interpolation
from numpy.typing import NDArray

from edge.scaling import rescaled

Pixels = NDArray[np.uint8]
"""RGB or BGR, shape (height, width, 3), or luma, shape (height, width)."""
Channels = Literal["rgb24", "bgr24"]
"""The order of a pixel's three channels, as FFmpeg names it."""


def upright(image: VideoFrame) -> VideoFrame:
    """The image turned as its stream says it is to be shown: telephones and tilted cameras only note the turn."""
    quarters = round(image.rotation / 90) % 4
    if not quarters:
        return image
    pixels: Pixels = np.ascontiguousarray(np.rot90(image.to_ndarray(format="rgb24"), quarters), np.uint8)
    return VideoFrame.from_ndarray(pixels, "rgb24")


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A decoded frame, when it was taken (UTC), and the same moment on a clock that never jumps (seconds)."""

    image: VideoFrame
    captured_at: datetime
    at: float

    @property
    def width(self) -> int:
        """Pixels across."""
        return self.image.width

    @property
    def height(self) -> int:
        """Pixels down."""
        return self.image.height

    def rgb(self) -> Pixels:
        """The frame as RGB, at its own size."""
        return self.pixels("rgb24")

    def pixels(self, channels: Channels) -> Pixels:
        """The frame at its own size, in this order of channels."""
        return _array(rescaled(self.image, self.width, self.height, channels))

    def scaled(self, width: int, height: int) -> "Frame":
        """The same moment at this size, as the camera gave it wherever FFmpeg can write that.

        Scaling YUV, and making RGB of the little that is left, takes half the time of both in one step, and an eighth
        of converting first and scaling with Pillow.
        """
        form = self.image.format
        writable = not (form.has_palette or form.is_bayer or form.is_bit_stream)
        return replace(self, image=rescaled(self.image, width, height, form.name if writable else "rgb24"))

    def luma(self, width: int, height: int) -> Pixels:
        """The frame's brightness, averaged to the size given."""
        return _array(rescaled(self.image, width, height, "gray", Interpolation.AREA))


def _array(image: VideoFrame) -> Pixels:
    return np.asarray(image.to_ndarray(), dtype=np.uint8)
