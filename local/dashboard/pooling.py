"""Small groups: nothing leaves for the page that tells of fewer than MIN_GROUP people.

Hiding small numbers is not enough where figures can be subtracted: a day's total less its hours, a store less its
other cameras, the page now less the page a window ago. So figures are made of batches that never overlap and are
shown once, whole: the windows of one camera are pooled until MIN_GROUP visitors are in the pool. All that the page,
the tables and the exports say is summed from such batches, and no difference of sums can be less than one of them.

What the visitors were like (age and so on) is split over up to nine columns, so it is pooled further, to
GROUPS_PER_BREAKDOWN groups; columns still too small are withheld (cell suppression as in Hundepool et al.,
"Statistical Disclosure Control", 2012, ch. 4: small cells first, then enough others that the total betrays none).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo

from local.dashboard.day import day_of
from local.dashboard.windows import PARTS, WINDOW, Release, WindowRow

GROUPS_PER_BREAKDOWN = 10
SPLIT_COLUMNS = tuple(column for columns in PARTS.values() for column in columns)


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

    def release(self, store: str, camera: str) -> Release:
        return {"windowStart": self.start, "windowEnd": self.end, "store": store, "camera": camera}


class _Camera:
    """The two pools of one camera, emptied at the end of its day so that days stay apart."""

    def __init__(self, store: str, camera: str, least: int) -> None:
        self._store, self._camera, self._least = store, camera, least
        self._people, self._breakdown = _Pool(), _Pool()
        self._day: date | None = None

    def add(self, row: WindowRow, day: date) -> Iterable[Release]:
        if self._day is not None and day > self._day:
            yield from self._release_breakdown(self._least)
            self._people, self._breakdown = _Pool(), _Pool()
        self._day = max(day, self._day or day)
        self._people.add(row)
        if self._people.counts["visitors"] >= self._least:
            yield self._release_people()
            yield from self._release_breakdown(self._least * GROUPS_PER_BREAKDOWN)

    def _release_people(self) -> Release:
        pool, self._people = self._people, _Pool()
        self._breakdown.merge(pool)
        faces = pool.counts["faces"]
        return (
            pool.release(self._store, self._camera)
            | dict.fromkeys(SPLIT_COLUMNS)
            | {
                "faces": faces,
                "visitors": pool.counts["visitors"],
                "avgSentiment": round(pool.sentiment / faces, 2) if faces else None,
                "avgDwellSeconds": round(pool.dwell / faces, 2) if faces else None,
            }
        )

    def _release_breakdown(self, enough: int) -> Iterable[Release]:
        pool = self._breakdown
        if pool.counts["visitors"] < enough:
            return
        self._breakdown = _Pool()
        release = pool.release(self._store, self._camera)
        release |= dict.fromkeys(("faces", "visitors", "avgSentiment", "avgDwellSeconds"))
        for columns in PARTS.values():
            release |= suppress({column: pool.counts[column] for column in columns}, self._least)
        yield release


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
