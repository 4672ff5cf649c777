"""Cutting a turned, scaled square out of a picture."""

import numpy as np
from PIL import Image

from vision.boxes import Array


def warp(picture: Image.Image, matrix: Array, size: int) -> Image.Image:
    """The size × size square whose pixel (u, v) lies at matrix · (u, v, 1) in the picture; black outside of it.

    matrix: [2, 3], a similarity (turn, scale, shift). Where the square shrinks the picture by more than 1.5, the
    picture is averaged down first, against aliasing.
    """
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    if scale > 1.5:
        picture, matrix = _reduced(picture, matrix, size, round(scale))
    return picture.transform(
        (size, size), Image.Transform.AFFINE, tuple(matrix.ravel().tolist()), Image.Resampling.BILINEAR
    )


def _reduced(picture: Image.Image, matrix: Array, size: int, factor: int) -> tuple[Image.Image, Array]:
    """The part that the square covers, factor times smaller, and the matrix into it."""
    corners = np.array([[0, size, 0, size], [0, 0, size, size], [1, 1, 1, 1]])
    covered = matrix @ corners
    left, top = (int(edge) for edge in np.floor(covered.min(axis=1)) - 2)
    right, bottom = (int(edge) for edge in np.ceil(covered.max(axis=1)) + 2)
    shifted = matrix.copy()
    shifted[:, 2] -= [left, top]
    return picture.crop((left, top, right, bottom)).reduce(factor), shifted / factor
