"""An exact nearest-neighbour search over unit vectors that stays in memory and is fast at 100,000 rows.

A scan over all 1,024 dimensions is bound by memory bandwidth (400 MB a query at 100,000 rows). Templates live mostly in
a subspace, so each row is rotated onto the rows' own principal axes and split into a head (the leading axes) and the
length of the rest. By Cauchy–Schwarz `head·head' + |rest|·|rest'|` is never below the true product, so only rows for
which this bound reaches the threshold can match; those few are compared in full. Nothing is approximated: the same rows
are found as by the full scan, up to the rounding of float16.
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
_HEADS = (128, 192, 256, 384)
_ENERGY = 0.97
_ROUNDING = 2e-3


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
        self._rests: NDArray[np.float32] = np.empty(0, np.float32)
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
        self._heads[start:end], self._rests[start:end] = self._split(self._full[start:end].astype(np.float32))
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
            for array in (self._full, self._heads, self._rests):
                array[place] = array[last]
            self._rows[place] = self._rows[last]
            self._place[self._rows[place].template_id] = place
        self._full[last] = 0
        self._heads[last] = 0
        self._rows.pop()

    def within(self, vector: Vector, distance: float) -> list[tuple[Row, float]]:
        """Every row within the distance (0 … 2) of a vector of length 1, nearest first."""
        count = len(self._rows)
        if not count:
            return []
        least = 1.0 - distance**2 / 2.0
        head, rest = self._split(vector[None])
        bound = self._heads[:count] @ head[0]
        if self._axes is not None:
            bound += self._rests[:count] * rest[0]
        candidates = np.flatnonzero(bound >= least - _ROUNDING)
        products = self._full[candidates].astype(np.float32) @ vector
        close = np.flatnonzero(products >= least)
        order = close[np.argsort(-products[close], kind="stable")]
        return [
            (self._rows[candidates[i]], float(np.sqrt(max(0.0, 2.0 - 2.0 * float(products[i])))))
            for i in order.tolist()
        ]

    def _split(self, vectors: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        if self._axes is None:
            return vectors, np.zeros(len(vectors), np.float32)
        heads = vectors @ self._axes
        rests = np.sqrt(np.maximum(0.0, np.square(vectors).sum(1) - np.square(heads).sum(1)))
        return heads, rests.astype(np.float32)

    def _reserve(self, rows: int) -> None:
        capacity = len(self._full)
        if rows <= capacity:
            return
        capacity = max(rows, capacity + capacity // 2, 256)
        self._full = _grown(self._full, capacity)
        self._heads = _grown(self._heads, capacity)
        self._rests = _grown(self._rests, capacity)

    def _rotate(self) -> None:
        """Finds the rows' leading axes and splits every row anew."""
        count = len(self._rows)
        sample = self._full[: count : max(1, count // _SAMPLE)].astype(np.float32)
        energy, axes = _leading_axes(sample, _HEADS[-1])
        share = np.cumsum(energy) / len(sample)
        size = next((head for head in _HEADS if share[head - 1] >= _ENERGY), _HEADS[-1])
        self._axes = np.ascontiguousarray(axes[:, :size], np.float32)
        self._heads = np.zeros((len(self._full), size), np.float32)
        for start in range(0, count, _AT_ONCE):
            end = min(count, start + _AT_ONCE)
            self._heads[start:end], self._rests[start:end] = self._split(self._full[start:end].astype(np.float32))
        self._next_rotation = count * 4


def _leading_axes(sample: NDArray[np.float32], count: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(energies [count], orthonormal axes [1024, count]) of the sample's second moment, strongest first.

    By orthogonal iteration (Golub and Van Loan, Matrix Computations, 8.2.4): a few rounds are enough, as any
    orthonormal axes keep the search exact and better ones only make it faster.
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
