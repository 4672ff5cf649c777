"""Cutting a turned, scaled square out of a picture."""

import numpy as np
from PIL import Image

from vision.boxes import Array

_COARSE = 1.5
_FINE = 0.75
_SAMPLES = 2


def warp(picture: Image.Image, matrix: Array, size: int) -> Image.Image:
    """The size × size square whose pixel (u, v) lies at matrix · (u, v, 1) in the picture; black outside of it.

    matrix: [2, 3], a similarity (turn, scale, shift). Where the square shrinks the picture by more than 1.5, the
    picture is averaged down first, against aliasing. Where it does not enlarge it much, each pixel is the mean of the
    four nearest to its quarters: a quarter of the time of bilinear interpolation in Pillow, and templates of faces
    move by 0.04 (docs/models.md).
    """
    scale = float(np.sqrt(abs(matrix[0, 0] * matrix[1, 1] - matrix[0, 1] * matrix[1, 0])))
    if scale > _COARSE:
        picture, matrix = _reduced(picture, matrix, size, round(scale))
    if scale < _FINE:
        return _sampled(picture, matrix, size, Image.Resampling.BILINEAR)
    quarters = np.column_stack([matrix[:, :2] / _SAMPLES, matrix[:, 2]])
    return _sampled(picture, quarters, size * _SAMPLES, Image.Resampling.NEAREST).reduce(_SAMPLES)


def _sampled(picture: Image.Image, matrix: Array, size: int, how: Image.Resampling) -> Image.Image:
    return picture.transform((size, size), Image.Transform.AFFINE, tuple(matrix.ravel().tolist()), how)


def _reduced(picture: Image.Image, matrix: Array, size: int, factor: int) -> tuple[Image.Image, Array]:
    """The part that the square covers, factor times smaller, and the matrix into it."""
    corners = np.array([[0, size, 0, size], [0, 0, size, size], [1, 1, 1, 1]])
    covered = matrix @ corners
    left, top = (int(edge) for edge in np.floor(covered.min(axis=1)) - 2)
    right, bottom = (int(edge) for edge in np.ceil(covered.max(axis=1)) + 2)
    shifted = matrix.copy()
    shifted[:, 2] -= [left, top]
    return picture.crop((left, top, right, bottom)).reduce(factor), shifted / factor
