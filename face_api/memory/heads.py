"""Heads: a few numbers for each template by which most of them can be passed over without a look at the rest."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from face_api.faces.template import DIMENSIONS, Vector

SIZE = 96
_SAMPLE = 2048
_ROUNDS = 4


@dataclass(frozen=True, eq=False)
class Axes:
    """The directions in which a set of templates mostly lies: orthonormal columns [1024, 95]."""

    columns: Vector

    def heads(self, vectors: Vector) -> Vector:
        """[N, 96] for unit vectors [N, 1024]: the coordinates along the axes, and the length of what they leave out.

        The product of two heads is never less than that of the vectors, as the parts left out can at most point the
        same way (Cauchy and Schwarz).
        """
        along = vectors @ self.columns
        left_out = np.sqrt(np.maximum(0.0, 1.0 - np.einsum("ij,ij->i", along, along)))
        return np.concatenate([along, left_out[:, None]], axis=1)


def leading_axes(vectors: Vector) -> Axes:
    """The strongest directions of a sample of these vectors.

    By orthogonal iteration (Golub and Van Loan, Matrix Computations, 8.2.4): a few rounds are enough, as the axes need
    not be the very best.
    """
    sample = vectors[:: max(1, len(vectors) // _SAMPLE)]
    moment = sample.T @ sample
    columns: NDArray[np.float32] = np.random.default_rng(0).standard_normal((DIMENSIONS, SIZE - 1), np.float32)
    for _ in range(_ROUNDS):
        columns = np.linalg.qr(moment @ columns)[0]
    return Axes(columns)
