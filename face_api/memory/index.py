"""The nearest of many unit vectors, in memory, fast at 100,000 rows.

A scan over all 1,024 dimensions is bound by memory bandwidth: 400 MB a query at 100,000 rows in float32. So rows are
kept in 8 bits a dimension, and once they fill a block only their heads are scanned (`heads.py`): those say which rows
can be within the distance at all, and only these are compared in full. If there are too many of them, the likeliest
are: then a row within the distance is missed if a thousand others seem nearer by their heads.
`benchmarks.visitor_memory` counts how often that happens to the nearest.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from face_api.faces.template import Vector
from face_api.memory.block import ROWS, Block
from face_api.memory.heads import Axes, leading_axes

_CANDIDATES = 1024
_ROUNDING = 1e-4


@dataclass(frozen=True)
class Row:
    """Whose template a row is."""

    template_id: str
    owner: str


class VectorIndex:
    """Rows of unit vectors with their owners. Not safe for use from several threads at once."""

    def __init__(self) -> None:
        # Two lists of strings instead of one of rows: 100,000 objects would make the garbage collector pause.
        self._template_ids: list[str] = []
        self._owners: list[str] = []
        self._place: dict[str, int] = {}
        self._blocks: list[Block] = []
        self._axes: Axes | None = None

    def __len__(self) -> int:
        return len(self._template_ids)

    def add(self, row: Row, vector: Vector) -> None:
        """Adds one row; the vector has length 1."""
        self.extend([row], vector[None])

    def extend(self, rows: Sequence[Row], vectors: NDArray[np.floating]) -> None:
        """Adds many rows at once; vectors: (N, 1024), each of length 1."""
        added = 0
        while added < len(rows):
            number, start = divmod(len(self), ROWS)
            if number == len(self._blocks):
                self._blocks.append(Block())
            end = min(ROWS, start + len(rows) - added)
            some = slice(added, added + end - start)
            block = self._blocks[number]
            block.put(start, vectors[some].astype(np.float32))
            for row in rows[some]:
                self._place[row.template_id] = len(self)
                self._template_ids.append(row.template_id)
                self._owners.append(row.owner)
            added = some.stop
            if self._axes:
                block.put_heads(start, end, self._axes)
            elif end == ROWS:
                # Once only: the axes of the first block serve those that follow, as all hold faces.
                self._axes = leading_axes(block.vectors(0, ROWS))
                block.put_heads(0, ROWS, self._axes)

    def remove(self, template_id: str) -> None:
        """Removes a row, if there is one of this id, and overwrites it."""
        place = self._place.pop(template_id, None)
        if place is None:
            return
        last = len(self) - 1
        block, row = divmod(last, ROWS)
        to, to_row = divmod(place, ROWS)
        self._blocks[block].move(row, self._blocks[to], to_row)
        last_id, last_owner = self._template_ids.pop(), self._owners.pop()
        if place != last:
            self._template_ids[place], self._owners[place] = last_id, last_owner
            self._place[last_id] = place
        if not row:
            self._blocks.pop()

    def within(self, vector: Vector, distance: float, most: int) -> list[tuple[Row, float]]:
        """Rows within the distance (0 … 2) of a vector of length 1, nearest first; at most so many."""
        if not len(self):
            return []
        least = 1.0 - distance**2 / 2.0
        candidates = self._candidates(vector, least)
        products = self._products(candidates, vector)
        close = np.flatnonzero(products >= least)
        order = close[np.argsort(-products[close], kind="stable")][:most]
        apart = np.sqrt(np.maximum(0.0, 2.0 - 2.0 * products[order]))
        return [
            (Row(self._template_ids[place], self._owners[place]), far)
            for place, far in zip(candidates[order].tolist(), apart.tolist(), strict=True)
        ]

    def _candidates(self, vector: Vector, least: float) -> NDArray[np.int64]:
        """Places, in their order, of the rows whose product with the vector may be `least` or more."""
        count = len(self)
        if not self._axes:
            return np.arange(count)
        head = self._axes.heads(vector[None])[0]
        bounds = np.concatenate(
            [block.bounds(head, min(ROWS, count - number * ROWS)) for number, block in enumerate(self._blocks)]
        )
        possible = np.flatnonzero(bounds >= least - _ROUNDING)
        if len(possible) > _CANDIDATES:
            likeliest = np.argpartition(-bounds[possible], _CANDIDATES)[:_CANDIDATES]
            possible = np.sort(possible[likeliest])
        return possible

    def _products(self, places: NDArray[np.int64], vector: Vector) -> Vector:
        edges = np.searchsorted(places, np.arange(1, len(self._blocks)) * ROWS)
        return np.concatenate(
            [
                some
                for number, of_block in enumerate(np.split(places, edges))
                for some in self._blocks[number].products(of_block - number * ROWS, vector)
            ]
            or [np.empty(0, np.float32)]
        )
