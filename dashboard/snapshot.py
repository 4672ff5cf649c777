"""All that the page shows at one moment, worked out from the history."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from dashboard.calendar import HOUR
from dashboard.comparison import Comparisons
from dashboard.course import course, grain, quarters, recent
from dashboard.figures import bands, of_faces, of_traffic, stamp, stamped
from dashboard.funnel import funnel
from dashboard.heat import heat, weeks_up_to
from dashboard.inside import inside
from dashboard.look import Figures, Look, Selection
from dashboard.notes import Notes
from dashboard.periods import Stretch, elapsed
from dashboard.ranking import cameras, places
from dashboard.view import Rules, View

LATEST_ROWS = 40
NEWEST_WITHIN = timedelta(days=2)
RECENT = timedelta(minutes=15)


def take(look: Look, view: View, rules: Rules, notes: Notes, now: datetime) -> Figures:
    """Work out the page, all of it at one moment of the history."""
    rules = rules.with_notes(notes)
    calendar = rules.calendar
    today = calendar.day_of(now)
    period = view.period(today)
    stretch = elapsed(period, calendar, now)
    span = look.span(view.store, view.camera)
    selection = rules.counted(*calendar.span_of(period.first, period.last), view.store, view.camera)
    faces = of_faces(look.faces(selection).get(None))
    traffic = of_traffic(look.traffic(selection).get(None))
    known = look.places()
    places_of = look.kinds(view.store, view.camera)
    kinds = {kind for _, kind in places_of}
    figures: Figures = {
        "kind": period.kind.value,
        "first": period.first.isoformat(),
        "last": period.last.isoformat(),
        "grain": grain(period),
        "today": today.isoformat(),
        "partial": stretch.until < selection.until,
        "until": stamp(stretch.until),
        "timeZone": calendar.zone_name,
        "dayStart": calendar.day_start.isoformat(timespec="minutes"),
        "store": view.store,
        "camera": view.camera,
        "places": _places(known),
        "known": _is_known(view, known),
        "kinds": sorted(kinds),
        "firstDay": span and calendar.day_of(span[0]).isoformat(),
        "lastDay": span and calendar.day_of(span[1]).isoformat(),
        "total": faces | traffic,
        "bands": bands(traffic),
        "funnel": funnel(faces, traffic, kinds, one_camera=view.camera is not None),
        "inside": inside(look, calendar, view.store, view.camera, now) if "entrance" in kinds else None,
        "course": course(look, selection, period, rules),
        "quarters": quarters(look, selection) if grain(period) == "hour" else [],
        "rows": stamped(look.latest("windows", selection, LATEST_ROWS)),
        "notes": [
            {"day": note.day.isoformat(), "store": note.store, "kind": note.kind, "text": note.text}
            for note in notes.within(period.first, period.last, view.store)
        ],
    }
    return (
        figures | _newest(look, view, span) | _open_hours(look, view, rules, stretch, _stores(view, known, places_of))
    )


def _open_hours(look: Look, view: View, rules: Rules, stretch: Stretch, stores: Mapping[str, Sequence[str]]) -> Figures:
    """What is worked out over open hours only: comparisons, the heat map, rankings; `stores` by measure."""
    calendar = rules.calendar
    weeks = weeks_up_to(stretch)
    ended = stretch.until == calendar.span_of(weeks.last, weeks.last)[1]
    since = max(calendar.start_of(weeks.first), _first(look, view, stretch.since))
    until = max(since, stretch.until if ended else _hour(stretch.until))
    opened = rules.opened(stretch.since, stretch.until, view.store, view.camera)
    seconds = {
        store: rules.opening.seconds([store], calendar, stretch.since, stretch.until) for store in stores["faces"]
    }
    measures = {name: where for name, where in stores.items() if where and name != "faces"}
    return {
        "openHours": round(sum(seconds.values()) / HOUR.total_seconds(), 2),
        "openingHours": bool(rules.opening.by_store),
        "comparisons": Comparisons(look, rules, view.store, view.camera).make(stretch),
        "heat": {
            "first": max(weeks.first, calendar.day_of(since)).isoformat(),
            "last": weeks.last.isoformat(),
            "measures": heat(look, rules.opened(since, until, view.store, view.camera), rules, measures),
        },
        "cameras": cameras(look, opened, seconds),
        "ranking": places(look, opened, seconds),
    }


def _stores(view: View, known: Sequence[tuple[str, str]], kinds: Collection[tuple[str, str]]) -> dict[str, list[str]]:
    """Which stores count what."""
    everywhere = [view.store] if view.store else sorted({store for store, _ in known})
    by_kind = {
        kind: sorted({store for store, each in kinds if each == kind}) for kind in ("entrance", "passage", "zone")
    }
    return {
        "faces": everywhere,
        "displayVisitors" if view.camera else "visitors": everywhere,
        "cameIn": by_kind["entrance"],
        "passed": by_kind["passage"],
        "stays": by_kind["zone"],
    }


def _first(look: Look, view: View, otherwise: datetime) -> datetime:
    """When the first row came: hours before it were not open to be counted."""
    span = look.span(view.store, view.camera)
    return _hour(span[0]) if span else otherwise


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _newest(look: Look, view: View, span: tuple[datetime, datetime] | None) -> Figures:
    """The newest window over all cameras that have one ending then, and the quarter of an hour up to it."""
    rows = look.newest_window(view.store, view.camera, span[1] - NEWEST_WITHIN) if span else []
    if not rows:
        return {"now": None, "recent": []}
    end: datetime = rows[0]["windowEnd"].replace(tzinfo=UTC)
    faces = sum(row["faces"] for row in rows)
    felt = [(row["avgSentiment"], row["faces"]) for row in rows if row["avgSentiment"] is not None]
    weight = sum(count for _, count in felt)
    before = look.recent(Selection(end - RECENT, end, view.store, view.camera))
    return {
        "now": {
            "windowStart": stamp(min(row["windowStart"] for row in rows)),
            "windowEnd": stamp(end),
            "visitors": sum(row["visitors"] for row in rows),
            "displayVisitors": sum(row["displayVisitors"] for row in rows),
            "faces": faces,
            "sentiment": round(sum(mean * count for mean, count in felt) / weight, 2) if weight else None,
        },
        "recent": recent(before, end),
    }


def _places(known: Sequence[tuple[str, str]]) -> list[Figures]:
    stores: dict[str, list[str]] = {}
    for store, camera in known:
        stores.setdefault(store, []).append(camera)
    return [{"store": store, "cameras": cameras_} for store, cameras_ in stores.items()]


def _is_known(view: View, known: Sequence[tuple[str, str]]) -> bool:
    """Whether anything ever came of the store and camera looked at."""
    return any(view.store in (None, store) and view.camera in (None, camera) for store, camera in known)
