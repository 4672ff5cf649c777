"""Aligned chips: a face turned upright and scaled so that eyes and nose lie where the models expect them."""

import numpy as np
from PIL import Image

from vision.boxes import Array
from vision.warp import warp

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


def align(picture: Image.Image, points: Array, size: int, padding: float) -> Image.Image:
    """The size × size RGB chip of a face; points: its mesh, [468, 3]; padding: share of the face on each side."""
    expected = (padding + MEAN_FACE) / (2 * padding + 1) * size
    return warp(picture, similarity(expected, points[_MESH_POINTS, :2]), size)


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
