"""Where people are counted: lines and zones on the floor, in shares of the picture from its top left."""

from dataclasses import dataclass
from typing import Literal

from vision.boxes import Point

LineKind = Literal["entrance", "passage"]
NEAR_EDGE = 0.05
STAY_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Line:
    """`in` is to the right hand of one who walks from start to end.

    An entrance counts for the store's occupancy; a passage, say between two departments, doesn't.
    """

    name: str
    start: Point
    end: Point
    kind: LineKind = "entrance"


@dataclass(frozen=True, slots=True)
class Zone:
    """A polygon of three corners or more. Who is in it for stay_seconds, stays."""

    name: str
    polygon: tuple[Point, ...]
    stay_seconds: float = STAY_SECONDS


def warnings(lines: tuple[Line, ...], zones: tuple[Zone, ...]) -> list[str]:
    """What can be counted but badly, a sentence each: places where people's feet may be cut off by the picture."""
    places = [(line.name, (line.start, line.end)) for line in lines] + [(zone.name, zone.polygon) for zone in zones]
    return [
        f"{name}: lies along the picture's edge, where people are seen in part; move it inwards, or turn the camera"
        for name, points in places
        if _along_edge(points)
    ]


def _along_edge(points: tuple[Point, ...]) -> bool:
    """Whether all points lie near one and the same edge."""
    distances = ([p.x for p in points], [1 - p.x for p in points], [p.y for p in points], [1 - p.y for p in points])
    return any(max(distance) <= NEAR_EDGE for distance in distances)
