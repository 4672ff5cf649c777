"""Fitting a picture of any shape into a network's input, and the way back."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from vision.boxes import Array
from vision.runtime import FloatArray

_REDUCING_GAP = 1.01
"""Averages by a whole factor first, as far as that goes: faster, and no face is lost by it."""


@dataclass(frozen=True, slots=True)
class Letterbox:
    """Where a picture lies inside a canvas, all in the canvas' pixels, and the picture's own size in its pixels."""

    left: int
    top: int
    width: int
    height: int
    picture_width: int
    picture_height: int

    def to_picture(self, points: Array) -> Array:
        """Points [..., 2] (x, y) from pixels of the canvas to pixels of the picture."""
        inside = (points - [self.left, self.top]) / [self.width, self.height]
        scaled: Array = inside * [self.picture_width, self.picture_height]
        return scaled


def letterbox(picture: Image.Image, side: int) -> tuple[FloatArray, Letterbox]:
    """The picture with its longer side made `side` pixels, in the middle of a black square, and where it lies there.

    The square is [side, side, 3] float32, RGB 0…255.
    """
    scaled = resized(picture, side)
    left, top = (side - scaled.width) // 2, (side - scaled.height) // 2
    canvas = Image.new("RGB", (side, side))
    canvas.paste(scaled, (left, top))
    place = Letterbox(left, top, scaled.width, scaled.height, picture.width, picture.height)
    return np.asarray(canvas, np.float32), place


def resized(picture: Image.Image, side: int) -> Image.Image:
    """The picture with its longer side made `side` pixels; neither side is less than 1."""
    scale = side / max(picture.size)
    width, height = (max(1, round(length * scale)) for length in picture.size)
    return picture.resize((width, height), Image.Resampling.HAMMING, reducing_gap=_REDUCING_GAP)
