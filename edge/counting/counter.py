"""All lines and zones of one camera, fed with its tracks frame by frame."""

from collections.abc import Sequence
from dataclasses import dataclass

from edge.counting.crossings import Crossings, Stand, Way
from edge.counting.places import Line, Zone
from edge.counting.stays import Stayed, Stays
from edge.follower import Seen
from edge.tracking.tracker import LEAST_LOOKS
from vision.boxes import Point

CUT = 0.985
"""A foot below this share of the picture's height may be cut off by its edge."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """Someone crossed a line. at: seconds on the frames' steady clock."""

    line: Line
    way: Way
    at: float


@dataclass(frozen=True, slots=True)
class Stay:
    """Someone who was in a zone for its staySeconds or more has left it: when, after how long."""

    zone: Zone
    at: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Counted:
    """What one frame made known. present: how many are in each zone, by name."""

    crossings: tuple[Crossing, ...] = ()
    stays: tuple[Stay, ...] = ()
    present: tuple[tuple[Zone, int], ...] = ()


class Counter:
    """Counts in frames of one size. Holds nothing of anyone whose track is forgotten."""

    def __init__(self, lines: Sequence[Line], zones: Sequence[Zone], band: float, size: tuple[int, int]) -> None:
        """band: around lines and zones, in body heights; size: of the frames, pixels across and down."""
        self._height = size[1]

        def scaled(point: Point) -> Point:
            return Point(point.x * size[0], point.y * size[1])

        self._lines = [(line, Crossings(scaled(line.start), scaled(line.end), band)) for line in lines]
        self._zones = [(zone, Stays([scaled(p) for p in zone.polygon], band, zone.stay_seconds)) for zone in zones]

    def step(self, seen: Seen, at: float) -> Counted:
        """The next frame."""
        for _, stays in self._zones:
            stays.drop(seen.figures)
        crossings = []
        for track in seen.tracks:
            if track.looks < LEAST_LOOKS:
                continue
            foot = Point(*track.foot)
            stand = Stand(foot, track.height, at, cut=foot.y >= CUT * self._height)
            for line, passages in self._lines:
                if crossed := passages.step(track.number, stand):
                    crossings.append(Crossing(line, *crossed))
            for _, stays in self._zones:
                stays.step(track.number, stand)
        numbers = {track.number for track in seen.alive}
        for _, passages in self._lines:
            passages.keep(numbers)
        return Counted(
            tuple(crossings),
            tuple(_stay(zone, stayed) for zone, stays in self._zones for stayed in stays.over(numbers, at)),
            tuple((zone, stays.present(at)) for zone, stays in self._zones),
        )

    def end(self) -> Counted:
        """Nothing more is looked at: the stays that were going on."""
        return Counted(stays=tuple(_stay(zone, stayed) for zone, stays in self._zones for stayed in stays.end()))


def _stay(zone: Zone, stayed: Stayed) -> Stay:
    return Stay(zone, stayed.at, stayed.seconds)
