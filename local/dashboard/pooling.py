"""Small groups: nothing leaves for the page that tells of fewer than MIN_GROUP people.

Hiding small numbers is not enough where figures can be subtracted: a day's total less its hours, a store less its
other cameras, the page now less the page a window ago. So figures are made of batches that never overlap and are
shown once, whole: the windows of one camera are pooled until MIN_GROUP visitors are in the pool. All that the page,
the tables and the exports say is summed from such batches, and no difference of sums can be less than one of them.

What the visitors were like (age and so on) is split over up to nine columns, so each split is pooled further, to
GROUPS_PER_SPLIT groups at least; columns still too small are withheld (cell suppression as in Hundepool et al.,
"Statistical Disclosure Control", 2012, ch. 4: small cells first, then enough others that the total betrays none). As
withholding a large column would skew what is shown, a split that would lose more than MOST_WITHHELD waits for more
people, until the day ends.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo

from local.dashboard.day import day_of
from local.dashboard.windows import PARTS, WINDOW, Release, WindowRow

GROUPS_PER_SPLIT = 10
MOST_WITHHELD = 0.2
RELEASE_COLUMNS = (
    *("windowStart", "windowEnd", "store", "camera", "faces", "visitors", "avgSentiment", "avgDwellSeconds"),
    *(column for columns in PARTS.values() for column in columns),
)


def suppress(cells: Mapping[str, int], least: int) -> dict[str, int | None]:
    """Withhold the cells of one split that are under `least`, and as many more as hide them from the total.

    What is withheld sums to 0 or to at least `least`, in two cells or more that hold anybody. With any cell withheld
    the empty ones are too, since a zero that shows narrows down the others.
    """
    shown = {name: count for name, count in cells.items() if count >= least}
    hidden = [count for count in cells.values() if 0 < count < least]
    if not hidden:
        return dict(cells)
    while shown and (len(hidden) < 2 or sum(hidden) < least):
        name = min(shown, key=lambda each: (shown[each], each))
        hidden.append(shown.pop(name))
    return {name: shown.get(name) for name in cells}


@dataclass
class _Pool:
    """Figures of one camera that wait for company."""

    start: datetime | None = None
    end: datetime | None = None
    counts: Counter[str] = field(default_factory=Counter)
    sentiment: float = 0.0
    dwell: float = 0.0

    def add(self, row: WindowRow) -> None:
        self.start = self.start or row.window_end - WINDOW
        self.end = max(self.end or row.window_end, row.window_end)
        self.counts.update(row.counts())
        self.sentiment += (row.avg_sentiment or 0.0) * row.faces
        self.dwell += (row.avg_dwell_seconds or 0.0) * row.faces

    def merge(self, other: "_Pool") -> None:
        self.start, self.end = self.start or other.start, other.end
        self.counts.update(other.counts)


class _Camera:
    """The pools of one camera, emptied at the end of its day so that days stay apart."""

    def __init__(self, store: str, camera: str, least: int) -> None:
        self._store, self._camera, self._least = store, camera, least
        self._day: date | None = None
        self._empty()

    def add(self, row: WindowRow, day: date) -> Iterable[Release]:
        if self._day is not None and day > self._day:
            for part in PARTS:
                yield from self._release_split(part, self._least, most_withheld=1.0)
            self._empty()
        self._day = max(day, self._day or day)
        self._people.add(row)
        if self._people.counts["visitors"] >= self._least:
            yield self._release_people()
            for part in PARTS:
                yield from self._release_split(part, self._least * GROUPS_PER_SPLIT, MOST_WITHHELD)

    def _empty(self) -> None:
        self._people = _Pool()
        self._splits = {part: _Pool() for part in PARTS}

    def _release_people(self) -> Release:
        pool, self._people = self._people, _Pool()
        for split in self._splits.values():
            split.merge(pool)
        faces = pool.counts["faces"]
        return self._release(pool) | {
            "faces": faces,
            "visitors": pool.counts["visitors"],
            "avgSentiment": round(pool.sentiment / faces, 2) if faces else None,
            "avgDwellSeconds": round(pool.dwell / faces, 2) if faces else None,
        }

    def _release_split(self, part: str, enough: int, most_withheld: float) -> Iterable[Release]:
        pool = self._splits[part]
        if pool.counts["visitors"] < enough:
            return
        cells = {column: pool.counts[column] for column in PARTS[part]}
        shown = suppress(cells, self._least)
        withheld = sum(cells.values()) - sum(count or 0 for count in shown.values())
        if withheld <= most_withheld * sum(cells.values()):
            self._splits[part] = _Pool()
            yield self._release(pool) | shown

    def _release(self, pool: _Pool) -> Release:
        place = {"windowStart": pool.start, "windowEnd": pool.end, "store": self._store, "camera": self._camera}
        return dict.fromkeys(RELEASE_COLUMNS) | place


class Pooling:
    """Turns window rows into what may be shown. With `least` of 0 or 1 each row is shown as it is."""

    def __init__(self, least: int, zone: tzinfo) -> None:
        """`least` people make a group; `zone` says when a store's day ends."""
        self._least, self._zone = least, zone
        self._cameras: dict[tuple[str, str], _Camera] = {}

    def add(self, row: WindowRow) -> Iterable[Release]:
        """Take a row; answer what can be shown because of it."""
        if self._least <= 1:
            return [_as_it_is(row)]
        place = (row.store, row.camera)
        camera = self._cameras.setdefault(place, _Camera(*place, self._least))
        return camera.add(row, day_of(row.window_end, self._zone))


def _as_it_is(row: WindowRow) -> Release:
    return {
        "windowStart": row.window_end - WINDOW,
        "windowEnd": row.window_end,
        "store": row.store,
        "camera": row.camera,
        "avgSentiment": row.avg_sentiment,
        "avgDwellSeconds": row.avg_dwell_seconds,
        **row.counts(),
    }
