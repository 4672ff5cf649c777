"""Who has crossed a line, and which way: a side counts once it is settled, so that who stands on the line doesn't."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from edge.counting.geometry import share_along, to_right
from vision.boxes import Point

Way = Literal["in", "out"]
LEAST_LOOKS = 2
LEAST_SECONDS = 0.09
"""Looks beyond the band, and for how long, until a side is settled: two frames of ten a second, four of thirty."""
OVERHANG = 0.03
"""Of a line's length, by which its ends reach further than drawn: feet are not known to the pixel."""


@dataclass(frozen=True, slots=True)
class Stand:
    """Where someone stands: foot point and body height in pixels, at a time in seconds.

    cut: the picture ends at the feet, which may be further down.
    """

    foot: Point
    height: float
    at: float
    cut: bool = False


@dataclass(slots=True)
class _Passage:
    """Someone's side of the line, the last stand there, and how long they seem to be on the other side already."""

    right: bool
    last: Stand
    first_beyond: Stand | None = None
    looks: int = 0


class Crossings:
    """One line's passages, in pixels."""

    def __init__(self, start: Point, end: Point, band: float) -> None:
        """band: on each side of the line, in body heights; nobody changes sides within it."""
        self._start, self._end, self._band = start, end, band
        self._passages: dict[int, _Passage] = {}

    def step(self, number: int, stand: Stand) -> tuple[Way, float] | None:
        """Where the track of this number is now: the way and time it has crossed, once that is settled."""
        side = to_right(self._start, self._end, stand.foot)
        if abs(side) <= self._band * stand.height:
            return None
        passage = self._passages.setdefault(number, _Passage(side > 0, stand))
        if (side > 0) == passage.right:
            passage.last, passage.first_beyond, passage.looks = stand, None, 0
            return None
        first = passage.first_beyond = passage.first_beyond or stand
        passage.looks += 1
        if passage.looks < LEAST_LOOKS or stand.at - first.at < LEAST_SECONDS:
            return None
        self._passages[number] = _Passage(side > 0, stand)
        return ("in" if side > 0 else "out", first.at) if self._between_ends(passage.last, first) else None

    def keep(self, numbers: Collection[int]) -> None:
        """Forget everyone else."""
        self._passages = {number: passage for number, passage in self._passages.items() if number in numbers}

    def _between_ends(self, before: Stand, after: Stand) -> bool:
        """Whether the way from one side to the other leads across the line, not around its ends."""
        one = abs(to_right(self._start, self._end, before.foot))
        other = abs(to_right(self._start, self._end, after.foot))
        share = one / (one + other)
        crossed = Point(
            before.foot.x + share * (after.foot.x - before.foot.x),
            before.foot.y + share * (after.foot.y - before.foot.y),
        )
        return -OVERHANG <= share_along(self._start, self._end, crossed) <= 1 + OVERHANG
