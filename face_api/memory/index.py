"""The nearest of many unit vectors, in memory, fast at 100,000 rows.

A scan over all 1,024 dimensions is bound by memory bandwidth: 400 MB a query at 100,000 rows. Templates lie mostly in a
few directions, so from some thousand rows on each row is rotated onto the rows' own leading axes and only that head is
scanned; the best few hundred rows are then compared in full. Up to that many rows the search is exact. Beyond it a row
within the distance could only be missed if hundreds of others look nearer by their heads: `benchmarks.visitor_memory`
measures how often that is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from face_api.faces.template import DIMENSIONS, Vector

_T = TypeVar("_T", bound=np.generic)

_FIRST_ROTATION = 4096
_SAMPLE = 2048
_AT_ONCE = 8192
_HEADS = (64, 96, 128, 192)
_ENERGY = 0.95
_CANDIDATES = 1024


@dataclass(frozen=True)
class Row:
    """Whose template a row is."""

    template_id: str
    owner: str


class VectorIndex:
    """Rows of unit vectors with their owners. Not safe for use from several threads at once."""

    def __init__(self) -> None:
        self._rows: list[Row] = []
        self._place: dict[str, int] = {}
        self._full: NDArray[np.float16] = np.empty((0, DIMENSIONS), np.float16)
        self._axes: NDArray[np.float32] | None = None
        self._heads: NDArray[np.float32] = np.empty((0, DIMENSIONS), np.float32)
        self._next_rotation = _FIRST_ROTATION

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, row: Row, vector: Vector) -> None:
        """Adds one row; the vector has length 1."""
        self.extend([row], vector[None])

    def extend(self, rows: Sequence[Row], vectors: NDArray[np.floating]) -> None:
        """Adds many rows at once; vectors: (N, 1024), each of length 1."""
        start, end = len(self._rows), len(self._rows) + len(rows)
        self._reserve(end)
        self._full[start:end] = vectors
        self._heads[start:end] = self._head(self._full[start:end].astype(np.float32))
        for place, row in enumerate(rows, start):
            self._place[row.template_id] = place
        self._rows.extend(rows)
        if end >= self._next_rotation:
            self._rotate()

    def remove(self, template_id: str) -> None:
        """Removes a row, if there is one of this id, and overwrites it."""
        place = self._place.pop(template_id, None)
        if place is None:
            return
        last = len(self._rows) - 1
        if place != last:
            for array in (self._full, self._heads):
                array[place] = array[last]
            self._rows[place] = self._rows[last]
            self._place[self._rows[place].template_id] = place
        self._full[last] = 0
        self._heads[last] = 0
        self._rows.pop()

    def within(self, vector: Vector, distance: float) -> list[tuple[Row, float]]:
        """Rows within the distance (0 … 2) of a vector of length 1, nearest first; at most a few hundred."""
        count = len(self._rows)
        if not count:
            return []
        scores = self._heads[:count] @ self._head(vector[None])[0]
        candidates = np.arange(count) if count <= _CANDIDATES else np.argpartition(-scores, _CANDIDATES)[:_CANDIDATES]
        products = self._full[candidates].astype(np.float32) @ vector
        close = np.flatnonzero(products >= 1.0 - distance**2 / 2.0)
        order = close[np.argsort(-products[close], kind="stable")]
        return [
            (self._rows[candidates[i]], float(np.sqrt(max(0.0, 2.0 - 2.0 * float(products[i])))))
            for i in order.tolist()
        ]

    def _head(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        return vectors if self._axes is None else vectors @ self._axes

    def _reserve(self, rows: int) -> None:
        capacity = len(self._full)
        if rows <= capacity:
            return
        capacity = max(rows, capacity + capacity // 2, 256)
        self._full = _grown(self._full, capacity)
        self._heads = _grown(self._heads, capacity)

    def _rotate(self) -> None:
        """Finds the rows' leading axes and the head of every row anew."""
        count = len(self._rows)
        sample = self._full[: count : max(1, count // _SAMPLE)].astype(np.float32)
        energy, axes = _leading_axes(sample, _HEADS[-1])
        share = np.cumsum(energy) / len(sample)
        size = next((head for head in _HEADS if share[head - 1] >= _ENERGY), _HEADS[-1])
        self._axes = np.ascontiguousarray(axes[:, :size], np.float32)
        self._heads = np.zeros((len(self._full), size), np.float32)
        for start in range(0, count, _AT_ONCE):
            end = min(count, start + _AT_ONCE)
            self._heads[start:end] = self._head(self._full[start:end].astype(np.float32))
        self._next_rotation = count * 4


def _leading_axes(sample: NDArray[np.float32], count: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(energies [count], orthonormal axes [1024, count]) of the sample's second moment, strongest first.

    By orthogonal iteration (Golub and Van Loan, Matrix Computations, 8.2.4): a few rounds are enough, as the axes
    need not be the very best.
    """
    moment = sample.T @ sample
    axes = np.random.default_rng(0).standard_normal((len(moment), count)).astype(np.float32)
    for _ in range(4):
        axes = np.linalg.qr(moment @ axes)[0]
    energy, turn = np.linalg.eigh(axes.T @ moment @ axes)
    return energy[::-1], axes @ turn[:, ::-1]


def _grown(array: NDArray[_T], rows: int) -> NDArray[_T]:
    grown = np.zeros((rows, *array.shape[1:]), array.dtype)
    grown[: len(array)] = array
    return grown
