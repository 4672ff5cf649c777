"""Sides of lines, and insides of polygons, in any unit; y grows down."""

from collections.abc import Sequence
from itertools import combinations, pairwise
from math import hypot

from vision.boxes import Point


def to_right(start: Point, end: Point, point: Point) -> float:
    """How far a point lies to the right hand of one who walks from start to end; negative to the left."""
    across, down = end.x - start.x, end.y - start.y
    return (across * (point.y - start.y) - down * (point.x - start.x)) / hypot(across, down)


def share_along(start: Point, end: Point, point: Point) -> float:
    """Where the point's foot on the line lies: 0 at the start, 1 at the end."""
    across, down = end.x - start.x, end.y - start.y
    return ((point.x - start.x) * across + (point.y - start.y) * down) / (across**2 + down**2)


def inside(polygon: Sequence[Point], point: Point) -> bool:
    """Whether the point lies in the polygon (even-odd rule)."""
    odd = False
    for a, b in _edges(polygon):
        if (a.y > point.y) != (b.y > point.y):
            odd ^= point.x < a.x + (b.x - a.x) * (point.y - a.y) / (b.y - a.y)
    return odd


def distance(polygon: Sequence[Point], point: Point) -> float:
    """From the point to the polygon's outline."""
    nearest = float("inf")
    for a, b in _edges(polygon):
        share = min(max(share_along(a, b, point), 0.0), 1.0)
        nearest = min(nearest, hypot(a.x + share * (b.x - a.x) - point.x, a.y + share * (b.y - a.y) - point.y))
    return nearest


def crosses_itself(polygon: Sequence[Point]) -> bool:
    """Whether two edges that are no neighbours meet."""
    edges = list(_edges(polygon))
    last = len(edges) - 1
    return any(
        _meet(*edges[one], *edges[other])
        for one, other in combinations(range(len(edges)), 2)
        if other - one > 1 and (one, other) != (0, last)
    )


def area(polygon: Sequence[Point]) -> float:
    """In square units."""
    return abs(sum(a.x * b.y - b.x * a.y for a, b in _edges(polygon))) / 2


def _edges(polygon: Sequence[Point]) -> Sequence[tuple[Point, Point]]:
    return [*pairwise(polygon), (polygon[-1], polygon[0])]


def _meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    sides = (_turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b))
    return sides[0] * sides[1] <= 0 and sides[2] * sides[3] <= 0 and any(sides)


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
