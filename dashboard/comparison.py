"""A period beside earlier ones, like with like: the same stretch, open hours only, stores that were there in both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.figures import TRAFFIC
from dashboard.look import Figures, Look
from dashboard.periods import Reference, Stretch, references
from dashboard.rates import change
from dashboard.view import Rules

COMPARED = ("cameIn", "passed", "stays")


@dataclass(frozen=True)
class Tally:
    """What stores counted in a stretch: store → measure → count; stores without any data are not in it."""

    by_store: dict[str, Mapping[str, float]]
    stretch: Stretch

    def of(self, stores: set[str], measure: str) -> float:
        """A measure over `stores`."""
        return sum(self.by_store[store][measure] for store in stores)


class Comparisons:
    """Compares by counting all stretches at once."""

    def __init__(self, look: Look, rules: Rules, store: str | None, camera: str | None) -> None:
        """Of one store and camera, or of all."""
        self._look, self._rules, self._store, self._camera = look, rules, store, camera
        self._measures = ("displayVisitors" if camera else "visitors", *COMPARED)

    def make(self, stretch: Stretch) -> list[Figures]:
        """Compare `stretch` with what came before it; references without data have no figures."""
        if stretch.since == stretch.until:
            return []
        found = references(stretch, self._rules.calendar)
        stretches = list(dict.fromkeys((stretch, *(each for reference in found for each in reference.stretches))))
        tallies = dict(zip(stretches, self._count(stretches), strict=True))
        return [self._compare(tallies[stretch], [tallies[each] for each in ref.stretches], ref) for ref in found]

    def _compare(self, mine: Tally, earlier: Sequence[Tally], reference: Reference) -> Figures:
        tallies = [tally for tally in earlier if tally.by_store]
        stores = set(mine.by_store)
        for tally in tallies:
            stores &= set(tally.by_store)
        period = reference.stretches[0].period
        figures: Figures = {
            "name": reference.name,
            "first": period.first.isoformat(),
            "last": period.last.isoformat(),
            "of": len(tallies) if stores else 0,
            "leftOut": sorted(set(mine.by_store) - stores) if stores else [],
            "measures": {},
        }
        if not tallies or not stores:
            return figures
        exposure = self._open(stores, mine.stretch)
        before = sum(self._open(stores, tally.stretch) for tally in tallies)
        for measure in self._measures:
            count = sum(tally.of(stores, measure) for tally in tallies)
            figures["measures"][measure] = _figures(mine.of(stores, measure), exposure, count, before)
        return figures

    def _count(self, stretches: Sequence[Stretch]) -> Sequence[Tally]:
        """Each stretch's tally; they do not overlap."""
        since, until = min(each.since for each in stretches), max(each.until for each in stretches)
        cases = " ".join(
            f"WHEN quarter >= TIMESTAMP '{each.since:%Y-%m-%d %H:%M:%S}' "
            f"AND quarter < TIMESTAMP '{each.until:%Y-%m-%d %H:%M:%S}' THEN {n}"
            for n, each in enumerate(stretches)
        )
        selection = self._rules.opened(since, until, self._store, self._camera)
        key = f"(CASE {cases} END) || '/' || store"
        traffic_columns = [column for name in COMPARED for column in TRAFFIC[name]]
        faces = self._look.faces(selection, key, ("faces", "visitors", "displayVisitors"))
        traffic = self._look.traffic(selection, key, (*traffic_columns, "watchedSeconds"))
        tallies = [Tally({}, each) for each in stretches]
        for name in {*faces, *traffic} - {None}:
            number, store = name.split("/")
            seen, counted = faces.get(name, {}), traffic.get(name, {})
            if any(seen.values()) or any(counted.values()):
                tallies[int(number)].by_store[store] = {
                    each: seen.get(each, 0.0) for each in ("visitors", "displayVisitors")
                } | {each: sum(counted.get(column, 0.0) for column in TRAFFIC[each]) for each in COMPARED}
        return tallies

    def _open(self, stores: set[str], stretch: Stretch) -> float:
        return self._rules.opening.seconds(stores, self._rules.calendar, stretch.since, stretch.until)


def _figures(count: float, exposure: float, before: float, earlier: float) -> Figures:
    """A measure now, what the reference would be in as many open hours, and the change with its interval."""
    found = change(count, exposure, before, earlier)
    figures: Figures = {
        "count": round(count),
        "reference": round(before * exposure / earlier, 1) if earlier else None,
        "change": None,
        "low": None,
        "high": None,
        "chance": True,
    }
    if found is not None:
        figures |= {
            "change": _percent(found.ratio),
            "low": _percent(found.low),
            "high": _percent(found.high),
            "chance": found.could_be_chance,
        }
    return figures


def _percent(ratio: float | None) -> float | None:
    return None if ratio is None else round(100 * (ratio - 1), 1)
