"""The rules of a visit, without any storage: what a sighting means, given the visits before it."""

from dataclasses import dataclass
from typing import Literal

VisitKind = Literal["new", "returning", "present", "unknown"]
KEPT_VISITS = 32


@dataclass(frozen=True)
class Visit:
    """One stay in view: from the first to the last sighting, epoch seconds; `cameras`: those it was seen at."""

    started_at: float
    last_seen_at: float
    cameras: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Sighting:
    """What the memory answers about one face; `first_at_camera`: this visit was not seen at this camera before."""

    visit: VisitKind
    first_at_camera: bool


UNKNOWN = Sighting("unknown", first_at_camera=False)


@dataclass(frozen=True)
class History:
    """A visitor's visits, oldest first; only the last few are kept, `count` counts all."""

    visits: tuple[Visit, ...] = ()
    count: int = 0


def see(history: History, seen_at: float, camera: str, gap_seconds: float) -> tuple[Sighting, History]:
    """What seeing a visitor at `seen_at` at a camera means, and the history with it.

    Pictures may arrive late and out of order (a spool forwards after an outage), so a sighting belongs to the visit it
    lies in or next to (within the gap on either side), not to the last one.
    """
    for place in reversed(range(len(history.visits))):
        visit = history.visits[place]
        if visit.started_at - gap_seconds <= seen_at <= visit.last_seen_at + gap_seconds:
            start, end = min(visit.started_at, seen_at), max(visit.last_seen_at, seen_at)
            longer = Visit(start, end, visit.cameras | {camera})
            visits = (*history.visits[:place], longer, *history.visits[place + 1 :])
            return Sighting("present", camera not in visit.cameras), History(visits, history.count)
    count = history.count + 1
    begun = Visit(seen_at, seen_at, frozenset({camera}))
    visits = tuple(sorted((*history.visits, begun), key=lambda visit: visit.started_at))
    kind: VisitKind = "new" if count == 1 else "returning"
    return Sighting(kind, first_at_camera=True), History(visits[-KEPT_VISITS:], count)
