"""The rules of a visit, without any storage: what a sighting means, given the visits before it."""

from dataclasses import dataclass
from typing import Literal

VisitKind = Literal["new", "returning", "present", "unknown"]
KEPT_VISITS = 32


@dataclass(frozen=True)
class Visit:
    """One stay in view: from the first to the last sighting, epoch seconds."""

    started_at: float
    last_seen_at: float


@dataclass(frozen=True)
class Sighting:
    """What the memory answers about one face: `visits` counts this one; `dwell_seconds` is since its start."""

    visit: VisitKind
    visits: int
    dwell_seconds: int


UNKNOWN = Sighting("unknown", 0, 0)


@dataclass(frozen=True)
class History:
    """A visitor's visits, oldest first; only the last few are kept, `count` counts all."""

    visits: tuple[Visit, ...] = ()
    count: int = 0


def see(history: History, seen_at: float, gap_seconds: float) -> tuple[Sighting, History]:
    """What seeing a visitor at `seen_at` means, and the history with it.

    Pictures may arrive late and out of order (a spool forwards after an outage), so a sighting belongs to the visit it
    lies in or next to (within the gap on either side), not to the last one.
    """
    for place in reversed(range(len(history.visits))):
        visit = history.visits[place]
        if visit.started_at - gap_seconds <= seen_at <= visit.last_seen_at + gap_seconds:
            longer = Visit(min(visit.started_at, seen_at), max(visit.last_seen_at, seen_at))
            visits = (*history.visits[:place], longer, *history.visits[place + 1 :])
            sighting = Sighting("present", history.count, int(seen_at - longer.started_at))
            return sighting, History(visits, history.count)
    count = history.count + 1
    visits = tuple(sorted((*history.visits, Visit(seen_at, seen_at)), key=lambda visit: visit.started_at))
    return Sighting("new" if count == 1 else "returning", count, 0), History(visits[-KEPT_VISITS:], count)
