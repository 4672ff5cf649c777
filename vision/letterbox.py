"""Fitting a picture of any shape into a network's square input, and the way back."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from vision.boxes import Array
from vision.runtime import FloatArray


@dataclass(frozen=True, slots=True)
class Letterbox:
    """Where a picture lies inside a square: offsets and size as shares of the square's side, 0…1."""

    left: float
    top: float
    width: float
    height: float
    picture_width: int
    picture_height: int

    def to_picture(self, points: Array) -> Array:
        """Points [..., 2] (x, y) from shares of the square to pixels of the picture."""
        inside = (points - [self.left, self.top]) / [self.width, self.height]
        scaled: Array = inside * [self.picture_width, self.picture_height]
        return scaled


def letterbox(picture: Image.Image, size: int) -> tuple[FloatArray, Letterbox]:
    """The picture, shape kept, in the middle of a black square, and where it lies there.

    The square is [size, size, 3] float32, RGB 0…255.
    """
    scale = size / max(picture.size)
    width, height = (max(1, round(side * scale)) for side in picture.size)
    left, top = (size - width) // 2, (size - height) // 2
    square = Image.new("RGB", (size, size))
    square.paste(picture.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=2.0), (left, top))
    place = Letterbox(left / size, top / size, width / size, height / size, picture.width, picture.height)
    return np.asarray(square, np.float32), place
