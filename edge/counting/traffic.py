"""From counts to rows on the 15-second grid, with totals of the day that outlive a restart.

Pure: all that it knows is in `State`, which the ledger keeps on disk; the wall clock comes with each call and may step.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from edge.counting.counter import Counted
from edge.counting.day import DayStart
from edge.counting.grid import MINUTE, QUARTER, UsedUp, step_end
from edge.counting.rows import Blob, Row, Source, Tally, end_of

MOST_DAYS = 3
MOST_ROWS = 100_000
"""Waiting for their blob: an hour of sixteen places has 3,900."""


@dataclass(slots=True)
class State:
    """Everything that a restart must not lose.

    open_end: of the quarter minute that counts go to. tallies: its own, by place. watched: seconds of its minute. days:
    totals in and out by place, by the date the day started on. used_up: quarter minutes gone. rows: made, not in a blob
    yet. blob: made, perhaps not in the spool yet.
    """

    open_end: int | None = None
    tallies: dict[str, Tally] = field(default_factory=dict)
    watched: float = 0.0
    days: dict[str, dict[str, tuple[int, int]]] = field(default_factory=dict)
    used_up: UsedUp = field(default_factory=UsedUp)
    rows: list[Row] = field(default_factory=list)
    blob: Blob | None = None


class Traffic:
    """One camera's counts on their way out."""

    def __init__(self, state: State) -> None:
        self.state = state

    def add(self, counted: Counted, now: datetime, source: Source, day_start: DayStart) -> None:
        """What a frame made known, in the quarter minute in which it did. now: UTC."""
        self.move_on(now, source, day_start)
        for crossing in counted.crossings:
            tally = self._tally(crossing.line.name, crossing.line.kind)
            tally.count_in += crossing.way == "in"
            tally.count_out += crossing.way == "out"
            today = self._today(day_start)
            ins, outs = today.get(crossing.line.name, (0, 0))
            today[crossing.line.name] = (ins + (crossing.way == "in"), outs + (crossing.way == "out"))
        for stay in counted.stays:
            self._tally(stay.zone.name, "zone").stayed(stay.seconds)
        for zone, people in counted.present:
            if people:
                tally = self._tally(zone.name, "zone")
                tally.people_max = max(tally.people_max, people)

    def watched(self, seconds: float) -> None:
        """So long the camera has just seen something."""
        self.state.watched += seconds

    def move_on(self, now: datetime, source: Source, day_start: DayStart) -> None:
        """Close the quarter minute that is over. To be called every second or so, also when no frame comes."""
        state = self.state
        end = state.used_up.next_free(step_end(now.timestamp(), QUARTER))
        if state.open_end is not None and end != state.open_end:
            self._close(state.open_end, source, day_start)
            if step_end(end, MINUTE) != step_end(state.open_end, MINUTE):
                self._close_minute(state.open_end, source)
                end = state.used_up.next_free(step_end(now.timestamp(), QUARTER))
        state.open_end = end

    def seal(self, every_seconds: int) -> Blob | None:
        """A blob that is to leave now, the same until `sealed`; None if there is none. every_seconds: how often."""
        state = self.state
        if state.blob is None and state.rows:
            batch = _batch(state.rows[0], every_seconds)
            if state.open_end is None or (state.open_end - 1) // every_seconds != batch[-1]:
                state.blob = Blob.of([row for row in state.rows if _batch(row, every_seconds) == batch])
                state.rows = [row for row in state.rows if _batch(row, every_seconds) != batch]
        return state.blob

    def sealed(self) -> None:
        """The blob is in the spool."""
        self.state.blob = None

    def finish(self, source: Source, day_start: DayStart) -> None:
        """Counting ends here, in the middle of a minute, the rest of which is used up with it: all rows may leave."""
        state = self.state
        if state.open_end is not None:
            self._close(state.open_end, source, day_start)
            self._close_minute(state.open_end, source)
            state.open_end = None

    def _tally(self, place: str, kind: str) -> Tally:
        return self.state.tallies.setdefault(place, Tally(kind))

    def _today(self, day_start: DayStart) -> dict[str, tuple[int, int]]:
        """Totals of the day that the open quarter minute starts in."""
        start = datetime.fromtimestamp(self.state.open_end or 0, UTC) - timedelta(seconds=QUARTER)
        today = self.state.days.setdefault(day_start.day(start).isoformat(), {})
        for day in sorted(self.state.days)[:-MOST_DAYS]:
            if self.state.days[day] is not today:
                del self.state.days[day]
        return today

    def _close(self, end: int, source: Source, day_start: DayStart) -> None:
        state = self.state
        today = self._today(day_start)
        for place, tally in state.tallies.items():
            if not tally.empty:
                state.rows.append(source.place_row(place, end, tally, today.get(place, (0, 0))))
        state.tallies = {}
        state.used_up.add(end, end)
        del state.rows[:-MOST_ROWS]

    def _close_minute(self, end: int, source: Source) -> None:
        """Tell how long the camera saw. The whole minute is used up: told of once, whichever way the clock went."""
        state = self.state
        minute = step_end(end, MINUTE)
        state.rows.append(source.heartbeat(minute, min(MINUTE, round(state.watched))))
        state.watched = 0.0
        state.used_up.add(minute - MINUTE + QUARTER, minute)


def _batch(row: Row, every_seconds: int) -> tuple[str | int, str | int, int]:
    """Rows leave together that are of one camera and one stretch of time."""
    return row["store"], row["camera"], (end_of(row) - 1) // every_seconds
