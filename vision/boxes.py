"""Boxes in pixels, how much they overlap, and which of many overlapping ones to keep.

Arrays of boxes are [N, 4] float with columns x1, y1, x2, y2; x grows to the right, y down.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating[Any]]
Indices = npt.NDArray[np.intp]
Overlap = Callable[[Array, Array], Array]
NO_AREA = 1e-30
"""Less than any box has, in place of a 0 to divide by."""
BLOCK = 128
"""Boxes that `hard_nms` compares with one another at a time."""


class Point(NamedTuple):
    """A point in pixels; also an ordinary (x, y) tuple."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels; x2 and y2 are the far edges, so that width = x2 − x1."""

    x1: float
    y1: float
    x2: float
    y2: float

    @property
    def width(self) -> float:
        """In pixels."""
        return self.x2 - self.x1

    @property
    def height(self) -> float:
        """In pixels."""
        return self.y2 - self.y1

    @property
    def area(self) -> float:
        """In square pixels."""
        return self.width * self.height

    @property
    def center(self) -> Point:
        """The middle."""
        return Point((self.x1 + self.x2) / 2, (self.y1 + self.y2) / 2)

    def clipped(self, width: float, height: float) -> "Box":
        """The part inside a picture of that size (of no area if it lies outside)."""
        return Box(
            min(max(self.x1, 0.0), width),
            min(max(self.y1, 0.0), height),
            min(max(self.x2, 0.0), width),
            min(max(self.y2, 0.0), height),
        )

    def grown(self, share: float) -> "Box":
        """Larger on each side by this share of its width and height."""
        dx, dy = self.width * share, self.height * share
        return Box(self.x1 - dx, self.y1 - dy, self.x2 + dx, self.y2 + dy)

    def array(self) -> Array:
        """[4] float64: x1, y1, x2, y2."""
        return np.array([self.x1, self.y1, self.x2, self.y2], np.float64)


def areas(boxes: Array) -> Array:
    """[...] areas of [..., 4] boxes; 0 for a box turned inside out."""
    return _area(boxes[..., 2] - boxes[..., 0], boxes[..., 3] - boxes[..., 1])


def intersections(one: Array, other: Array) -> Array:
    """[...] areas that boxes [..., 4] share: of one with each of many, or whatever numpy broadcasts."""
    across = np.minimum(one[..., 2], other[..., 2]) - np.maximum(one[..., 0], other[..., 0])
    down = np.minimum(one[..., 3], other[..., 3]) - np.maximum(one[..., 1], other[..., 1])
    return _area(across, down)


def iou(one: Array, other: Array) -> Array:
    """[...] intersection over union of boxes [..., 4]; 0 where both have no area."""
    shared = intersections(one, other)
    return _shares(shared, areas(one) + areas(other) - shared)


def containment(one: Array, other: Array) -> Array:
    """[...] intersection over the smaller of the two: 1 where one lies within the other; 0 where one has no area."""
    return _shares(intersections(one, other), np.minimum(areas(one), areas(other)))


def _area(across: Array, down: Array) -> Array:
    area: Array = np.maximum(across, 0) * np.maximum(down, 0)
    return area


def _shares(parts: Array, wholes: Array) -> Array:
    shares: Array = parts / np.maximum(wholes, NO_AREA)
    return shares


def hard_nms(boxes: Array, scores: Array, threshold: float, overlap: Overlap = iou) -> Indices:
    """Indices [K] of the boxes to keep, best score first: none overlaps a better one by more than threshold.

    boxes [N, 4], scores [N]; of equal scores the earlier box counts as better. Compares all of a block at once, which
    takes a fraction of the time of one box at a time.
    """
    kept: list[Indices] = []
    order = np.argsort(-scores, kind="stable")
    while order.size:
        block, order = order[:BLOCK], order[BLOCK:]
        some = np.asfortranarray(boxes[block])  # a column at a time is read below
        over = overlap(some[:, None], some) > threshold
        left = np.ones(block.size, bool)
        for place in range(block.size):
            if left[place]:
                left[place + 1 :] &= ~over[place, place + 1 :]
        best = block[left]
        kept.append(best)
        if order.size:
            order = order[~(overlap(boxes[best, None], boxes[order]) > threshold).any(axis=0)]
    return np.concatenate(kept) if kept else np.empty(0, np.intp)


def weighted_nms(rows: Array, scores: Array, threshold: float) -> tuple[Array, Array]:
    """One row for each group of overlapping boxes, averaged by score, which shakes less from frame to frame.

    rows [N, 4 + M]: a box and M further values averaged with it; scores [N], positive. A group is the best box left
    and those with an IoU over threshold with it. Returns rows [K, 4 + M] and their best scores [K], best first.
    Source: BlazeFace, Bazarevsky et al. 2019, "blending".
    """
    merged: list[Array] = []
    best_scores: list[float] = []
    order = np.argsort(-scores, kind="stable")
    while order.size:
        best = order[0]
        together = iou(rows[best, :4], rows[order, :4]) > threshold
        together[0] = True
        group = order[together]
        merged.append(np.average(rows[group], axis=0, weights=scores[group]))
        best_scores.append(float(scores[best]))
        order = order[~together]
    return np.array(merged).reshape(-1, rows.shape[1]), np.array(best_scores)
