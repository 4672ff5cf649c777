"""Who stays in a zone, and how long: known once they have left."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import hypot

from edge.counting.crossings import Stand
from edge.counting.geometry import distance, inside
from vision.boxes import Point

LEAVE_SECONDS = 1.0
"""How long someone must be out of the zone to have left it: a step aside is none."""
BRIDGE_SECONDS = 3.0
"""How long after someone was lost in the zone another, who turns up there out of nothing, is taken for the same."""
BRIDGE_HEIGHTS = 0.5
"""And how near, in body heights."""


@dataclass(slots=True)
class _Presence:
    """Someone in the zone since `since`, last at `last`. number: of their track; out_since: seen out of the zone."""

    number: int
    since: float
    last: Stand
    out_since: float | None = None


@dataclass(frozen=True, slots=True)
class Stayed:
    """A stay that is over: when it ended and how long it was, in seconds."""

    at: float
    seconds: float


class Stays:
    """One zone's presences, in pixels."""

    def __init__(self, polygon: Sequence[Point], band: float, stay_seconds: float) -> None:
        """band: in body heights; who is in the zone leaves it only beyond that."""
        self._polygon, self._band, self._stay_seconds = polygon, band, stay_seconds
        self._present: dict[int, _Presence] = {}
        self._known: set[int] = set()

    def step(self, number: int, stand: Stand) -> None:
        """Where the track of this number is now. Nobody comes in whose feet can't be seen."""
        within = inside(self._polygon, stand.foot)
        present = self._present.get(number)
        if present is None:
            if stand.cut:
                return
            newcomer = number not in self._known
            self._known.add(number)
            if not within:
                return
            present = (newcomer and self._lost_near(stand)) or _Presence(number, stand.at, stand)
            self._present.pop(present.number, None)
            present.number = number
            self._present[number] = present
        if within or distance(self._polygon, stand.foot) <= self._band * stand.height:
            present.last, present.out_since = stand, None
        else:
            present.out_since = present.out_since or stand.at

    def over(self, alive: Collection[int], at: float) -> list[Stayed]:
        """Stays that are over at `at`, long enough to count. alive: numbers of the tracks not forgotten yet."""
        ended = [
            present
            for present in self._present.values()
            if at - present.last.at > BRIDGE_SECONDS
            or (present.out_since is not None and at - present.out_since >= LEAVE_SECONDS)
        ]
        for present in ended:
            del self._present[present.number]
        self._known &= set(alive) | self._present.keys()
        return self._long_enough(ended)

    def drop(self, numbers: Collection[int]) -> None:
        """These were no people."""
        self._present = {number: present for number, present in self._present.items() if number not in numbers}

    def end(self) -> list[Stayed]:
        """Stays cut off by the end of all looking."""
        ended = list(self._present.values())
        self._present.clear()
        return self._long_enough(ended)

    def present(self, at: float) -> int:
        """How many are in the zone in the frame at `at`."""
        return sum(present.last.at == at for present in self._present.values())

    def _long_enough(self, ended: list[_Presence]) -> list[Stayed]:
        stays = [Stayed(present.last.at, present.last.at - present.since) for present in ended]
        return [stay for stay in stays if stay.seconds >= self._stay_seconds]

    def _lost_near(self, stand: Stand) -> _Presence | None:
        """Who was last here but isn't seen any more."""
        near = [
            (hypot(present.last.foot.x - stand.foot.x, present.last.foot.y - stand.foot.y), present)
            for present in self._present.values()
            if present.last.at < stand.at
        ]
        reach = BRIDGE_HEIGHTS * stand.height
        found = min(near, key=lambda pair: pair[0], default=None)
        return found[1] if found and found[0] <= reach else None
