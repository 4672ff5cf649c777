"""The aligned chip: a face turned upright and scaled so that eyes and nose lie where the models expect them."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from vision.boxes import Array
from vision.warp import warp

SIZE = 192
PADDING = 0.25
"""Of the chip: the share of the face on each side, as the embedding was trained."""

MEAN_FACE = np.array(
    [
        [0.8595674595992, 0.2134981538014],
        [0.6460604764104, 0.2289674387677],
        [0.1205750620789, 0.2137274526848],
        [0.3340850613712, 0.2290642403242],
        [0.4901123135679, 0.6277975316475],
    ]
)
"""dlib's five mean points (outer and inner corner of the left eye, of the right eye, base of the nose), in shares of
the unpadded chip; the embedding was trained on chips like these."""

_MESH_POINTS = (263, 362, 33, 133, 2)
_EXPECTED = (PADDING + MEAN_FACE) / (2 * PADDING + 1) * SIZE


@dataclass(frozen=True, eq=False)
class Chip:
    """One cut of a face out of its picture, which serves all models. `pixels`: RGB, 192 × 192."""

    pixels: Image.Image

    def scaled(self, size: int, padding: float = PADDING) -> Image.Image:
        """The same face, size × size pixels, with this padding, which is not more than the chip's own."""
        face = SIZE / (2 * PADDING + 1)
        left, right = (PADDING - padding) * face, SIZE - (PADDING - padding) * face
        return self.pixels.resize((size, size), Image.Resampling.HAMMING, (left, left, right, right))


def align(picture: Image.Image, points: Array) -> Chip:
    """The chip of a face of an RGB picture; points: its mesh, [468, 3]."""
    return Chip(warp(picture, similarity(_EXPECTED, points[_MESH_POINTS, :2]), SIZE))


def similarity(source: Array, target: Array) -> Array:
    """[2, 3]: the turn, scale and shift that bring source [N, 2] nearest to target [N, 2].

    Least squares without reflection: Umeyama, "Least-squares estimation of transformation parameters between two point
    patterns", 1991. In the plane its solution is one complex factor, the turn and scale, and one complex shift.
    """
    from_, to = source @ [1, 1j], target @ [1, 1j]
    centered = from_ - from_.mean()
    factor = np.vdot(centered, to - to.mean()) / np.vdot(centered, centered).real
    shift = to.mean() - factor * from_.mean()
    return np.array([[factor.real, -factor.imag, shift.real], [factor.imag, factor.real, shift.imag]])
