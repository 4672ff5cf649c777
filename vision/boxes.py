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
    """[N] areas of [N, 4] boxes; 0 for a box turned inside out."""
    return np.clip(boxes[:, 2] - boxes[:, 0], 0, None) * np.clip(boxes[:, 3] - boxes[:, 1], 0, None)


def intersections(box: Array, boxes: Array) -> Array:
    """[N] areas that one box [4] shares with each of [N, 4]."""
    return areas(np.concatenate([np.maximum(box[:2], boxes[:, :2]), np.minimum(box[2:4], boxes[:, 2:4])], axis=1))


def iou(box: Array, boxes: Array) -> Array:
    """[N] intersection over union of one box [4] with each of [N, 4]; 0 where both have no area."""
    shared = intersections(box, boxes)
    union = areas(box[None])[0] + areas(boxes) - shared
    shares: Array = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    return shares


def containment(box: Array, boxes: Array) -> Array:
    """[N] intersection over the smaller of the two: 1 where one lies within the other; 0 where one has no area."""
    shared = intersections(box, boxes)
    smaller = np.minimum(areas(box[None])[0], areas(boxes))
    shares: Array = np.divide(shared, smaller, out=np.zeros_like(shared), where=smaller > 0)
    return shares


def hard_nms(boxes: Array, scores: Array, threshold: float, overlap: Overlap = iou) -> Indices:
    """Indices [K] of the boxes to keep, best score first: none overlaps a better one by more than threshold.

    boxes [N, 4], scores [N]; of equal scores the earlier box counts as better.
    """
    kept: list[np.intp] = []
    order = np.argsort(-scores, kind="stable")
    while order.size:
        best, rest = order[0], order[1:]
        kept.append(best)
        order = rest[overlap(boxes[best], boxes[rest]) <= threshold]
    return np.array(kept, np.intp)


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
