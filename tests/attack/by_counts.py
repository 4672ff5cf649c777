"""The attack on counts: entries, exits and stops of single visits, from all that left, knowing every rule.

It goes by occupancy: from an empty shop, one in and one out until it is empty again is one visit. How exactly the two
are known is first a row's span; it is narrowed by whatever tells more: an end, or a start, that is neither the clock's
nor the row's before it is a counted moment; a row that comes with the heartbeat of a minute that is not its last was
set free by that minute; so do minutes whose heartbeat is missing, if there are as many as crossings. Whatever else says
that somebody stood at the display (stays, tallies) is tied to a visit when nobody else can have been in the shop.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from function_app.moments import QUARTER_MINUTE, moment
from tests.attack.shop import Visit

TOLERANCE = timedelta(minutes=1)
MINUTE, CLOCK = timedelta(minutes=1), timedelta(minutes=5)


@dataclass(frozen=True)
class Between:
    """A moment known to lie in (start, end]."""

    start: datetime
    end: datetime

    @property
    def exact(self) -> bool:
        """Known to within the tolerance."""
        return self.end - self.start <= TOLERANCE

    def holds(self, at: datetime) -> bool:
        """Whether it is true of a moment."""
        return self.start < at <= self.end


@dataclass(frozen=True)
class Claim:
    """One visit, surely of one person; `stops`: when that person was at the display."""

    enters: Between
    exits: Between
    stops: tuple[Between, ...]


@dataclass(frozen=True)
class Told:
    """A message, or a row of an output; `came`: when it did, where that is known."""

    body: dict[str, Any]
    came: datetime | None = None

    @cached_property
    def start(self) -> datetime:
        """Its counts lie after this …"""
        return moment(self.body["windowStart"])

    @cached_property
    def end(self) -> datetime:
        """… and at this at the latest."""
        return moment(self.body["windowEnd"])

    @property
    def whole(self) -> Between:
        """Both."""
        return Between(self.start, self.end)

    @property
    def place(self) -> tuple[str, str | None]:
        """Where it was counted."""
        return self.body["camera"], self.body.get("place")


def claims(told: Sequence[Told]) -> list[Claim]:
    """What the attacker is sure of."""
    clues = Clues(told)
    rows = sorted((each for each in told if each.body.get("kind") == "entrance"), key=lambda each: each.end)
    at_display = [time for each in told if _someone_at_display(each.body) for time in clues.times(each)]
    found: list[Claim] = []
    inside, period = 0, list[Told]()
    for row in rows:
        inside += row.body["countIn"] - row.body["countOut"]
        period.append(row)
        if inside == 0:
            if sum(each.body["countIn"] for each in period) == 1:
                enters, exits = clues.visit(period)
                stops = [span for span in at_display if span.start >= enters.start and span.end <= exits.end]
                found.append(Claim(enters, exits, tuple(stops)))
            period = []
    return found


def rebuilt(claimed: Sequence[Claim], visits: Sequence[Visit]) -> int:
    """How many visits are claimed rightly, entry and exit both to within the tolerance."""
    exact = [claim for claim in claimed if claim.enters.exact and claim.exits.exact]
    return sum(
        any(claim.enters.holds(visit.arrives) and claim.exits.holds(visit.leaves) for claim in exact)
        for visit in visits
    )


def tied(claimed: Sequence[Claim]) -> int:
    """How many stops at the display are known to within the tolerance, with whose visit they belong to."""
    return sum(stop.exact for claim in claimed for stop in claim.stops)


class Clues:
    """What tells when, within a row's span, its first and last were counted."""

    def __init__(self, told: Sequence[Told]) -> None:
        self._ends = {(each.place, each.end) for each in told if not _is_heartbeat(each)}
        self._heartbeats = {(each.body["camera"], each.came): each.end for each in told if _is_heartbeat(each)}
        self._silent = dict(_silent_minutes(told))

    def times(self, row: Told) -> tuple[Between, ...]:
        """The moments of a row that are known, the first and the last, or of all that it counts."""
        minutes = [each for each in self._silent.get(row.body["camera"], []) if row.start < each <= row.end]
        if len(minutes) == row.body.get("countIn", 0) + row.body.get("countOut", 0) > 0:
            return tuple(Between(each - MINUTE, each) for each in minutes)
        return self._first(row), self._last(row)

    def visit(self, period: Sequence[Told]) -> tuple[Between, Between]:
        """Entry and exit of the one visit in a busy period's rows."""
        entering = next(row for row in period if row.body["countIn"])
        leaving = next(row for row in period if row.body["countOut"])
        if entering is leaving:
            return self.times(entering)[0], self.times(leaving)[-1]
        return _shortest(self.times(entering)), _shortest(self.times(leaving))

    def _first(self, row: Told) -> Between:
        explained = _on_the_clock(row.start) or (row.place, row.start) in self._ends
        return row.whole if explained else Between(row.start, min(row.end, row.start + QUARTER_MINUTE))

    def _last(self, row: Told) -> Between:
        if not _on_the_clock(row.end):
            return Between(max(row.start, row.end - QUARTER_MINUTE), row.end)
        with_minute = self._heartbeats.get((row.body["camera"], row.came), row.end)
        if row.came and row.start < with_minute != row.end:
            return Between(max(row.start, with_minute - MINUTE), min(with_minute, row.end))
        return row.whole


def _shortest(times: Sequence[Between]) -> Between:
    return min(times, key=lambda each: each.end - each.start)


def _on_the_clock(at: datetime) -> bool:
    return not (at - at.replace(minute=0, second=0)) % CLOCK


def _is_heartbeat(each: Told) -> bool:
    return each.body.get("watchedSeconds") is not None


def _someone_at_display(body: dict[str, Any]) -> bool:
    return bool(body.get("stays") or body.get("displayVisitors"))


def _silent_minutes(told: Sequence[Told]) -> Iterator[tuple[str, list[datetime]]]:
    """By camera: the ends of the minutes, between the first and the last told of, that no heartbeat tells of."""
    ends: dict[str, set[datetime]] = {}
    for each in told:
        if _is_heartbeat(each):
            ends.setdefault(each.body["camera"], set()).add(each.end)
    for camera, heard in ends.items():
        minutes = int((max(heard) - min(heard)) / MINUTE)
        yield camera, [end for number in range(minutes) if (end := min(heard) + number * MINUTE) not in heard]
