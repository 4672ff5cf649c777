"""A fixed number of templates in memory: the index grows by whole blocks, so that nothing is ever copied to grow."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from face_api.faces.template import DIMENSIONS, Vector
from face_api.memory.heads import SIZE, Axes

ROWS = 4096
_AT_ONCE = 512
_CODES = 127.0


class Block:
    """Room for 4,096 unit vectors of 8-bit codes, which stand for the unit vector of their own direction.

    A product with a template from the model is off by 0.002 at most (65 templates of photographs). The system hands out
    zeroed memory only as it is written, so a block that is hardly filled takes hardly any.
    """

    def __init__(self) -> None:
        self._codes: NDArray[np.int8] = np.zeros((ROWS, DIMENSIONS), np.int8)
        self._scales: NDArray[np.float32] = np.zeros(ROWS, np.float32)
        # By column: so laid out, BLAS scans them half again as fast.
        self._heads: NDArray[np.float32] = np.zeros((SIZE, ROWS), np.float32)

    def put(self, start: int, vectors: Vector) -> None:
        """Keeps vectors [N, 1024] from the row `start` on."""
        end = start + len(vectors)
        codes = self._codes[start:end]
        np.rint(vectors * (_CODES / np.abs(vectors).max(axis=1, keepdims=True)), out=codes, casting="unsafe")
        exact = codes.astype(np.float32)
        self._scales[start:end] = 1.0 / np.sqrt(np.einsum("ij,ij->i", exact, exact))

    def put_heads(self, start: int, end: int, axes: Axes) -> None:
        """Works out the heads of the rows from `start` to `end`."""
        self._heads[:, start:end] = axes.heads(self.vectors(start, end)).T

    def vectors(self, start: int, end: int) -> Vector:
        """The rows from `start` to `end` as float32."""
        return np.asarray(self._codes[start:end] * self._scales[start:end, None], np.float32)

    def move(self, row: int, to: "Block", to_row: int) -> None:
        """Copies one row to another place, and overwrites it here."""
        for mine, theirs in ((self._codes, to._codes), (self._scales, to._scales), (self._heads.T, to._heads.T)):
            theirs[to_row] = mine[row]
            mine[row] = 0

    def bounds(self, head: Vector, rows: int) -> Vector:
        """For each of the first rows: what its product with the vector of this head is at most."""
        return np.asarray(head @ self._heads[:, :rows])

    def products(self, rows: NDArray[np.int64], vector: Vector) -> Iterator[Vector]:
        """The products of these rows with the vector, some at a time, while their float32 fit the cache."""
        for start in range(0, len(rows), _AT_ONCE):
            some = rows[start : start + _AT_ONCE]
            yield (self._codes[some].astype(np.float32) @ vector) * self._scales[some]
