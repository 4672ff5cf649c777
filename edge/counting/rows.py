"""Rows of `footfall.traffic/1`, as they leave the module; docs/architecture.md has the contract."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime

FORM = "%Y-%m-%dT%H:%M:%SZ"
SCHEMA = "footfall.traffic/1"
STAY_BANDS = (15, 60, 300)
Row = dict[str, str | int]


@dataclass(slots=True)
class Tally:
    """What was counted at one place in one quarter minute. stays: of the zone's least length, then in STAY_BANDS."""

    kind: str
    count_in: int = 0
    count_out: int = 0
    people_max: int = 0
    stays: list[int] = field(default_factory=lambda: [0] * (1 + len(STAY_BANDS)))

    def stayed(self, seconds: float) -> None:
        """One more stay."""
        reached = [True, *(seconds >= band for band in STAY_BANDS)]
        self.stays = [count + more for count, more in zip(self.stays, reached, strict=True)]

    @property
    def empty(self) -> bool:
        """Whether nothing was counted."""
        return not (self.count_in or self.count_out or self.people_max or any(self.stays))


@dataclass(frozen=True, slots=True)
class Source:
    """Whose rows they are."""

    store: str
    camera: str

    def place_row(self, place: str, end: int, tally: Tally, today: tuple[int, int]) -> Row:
        """What was counted at a place in the quarter minute up to `end`; today: in and out since the day's start."""
        stays = dict(zip(("stays", *(f"stays{band}" for band in STAY_BANDS)), tally.stays, strict=True))
        counts = {"countIn": tally.count_in, "countOut": tally.count_out, "inDay": today[0], "outDay": today[1]}
        return {
            **self._head(place, end),
            "place": place,
            "kind": tally.kind,
            **counts,
            "peopleMax": tally.people_max,
            **stays,
        }

    def heartbeat(self, end: int, watched_seconds: int) -> Row:
        """For how many seconds of the minute up to `end` the camera could see."""
        return {**self._head("", end), "watchedSeconds": watched_seconds}

    def _head(self, place: str, end: int) -> Row:
        moment = datetime.fromtimestamp(end, UTC).strftime(FORM)
        identity = "\n".join((SCHEMA, self.store, self.camera, place, moment))
        tally_id = hashlib.sha256(identity.encode()).hexdigest()[:32]
        return {
            "schema": SCHEMA,
            "tallyId": tally_id,
            "store": self.store,
            "camera": self.camera,
            "windowEnd": moment,
        }


@dataclass(frozen=True, slots=True)
class Blob:
    """Rows on their way to storage, and the name under which they are stored once."""

    name: str
    rows: list[Row]

    @classmethod
    def of(cls, rows: list[Row]) -> "Blob":
        """Of rows of one camera: named by their latest time, which no other blob has."""
        latest = datetime.fromtimestamp(max(end_of(row) for row in rows), UTC)
        return cls(f"{rows[0]['store']}/{rows[0]['camera']}/{latest:%Y/%m/%d/%H%M%S}Z.json", rows)


def end_of(row: Row) -> int:
    """A row's windowEnd in seconds since the epoch."""
    return int(datetime.strptime(str(row["windowEnd"]), FORM).replace(tzinfo=UTC).timestamp())
