"""The windows once more, in plain Python and exact fractions, to hold the runner against."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import ceil, floor
from typing import Any

from tests.windows.conftest import COUNTED, CROSSINGS, PLACE_COUNTS, STAYS

Row = dict[str, Any]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HOUR, DAY = 3600, 86400
LATEST = ("inDay", "outDay", "peopleMax")
Stamped = tuple[Fraction, Row]


@dataclass(frozen=True)
class Arrived:
    """An event, and when (seconds since the epoch) it arrived at its partition."""

    body: Row
    arrival: float
    partition: int = 0


def stamped(events: Iterable[Arrived], late: int, slack: int, drop: bool) -> list[Stamped]:
    """Each event that stays, with the timestamp that the event-order policies give it; in the order of arrival."""
    newest: dict[int, Fraction] = {}
    kept: list[Stamped] = []
    for event in events:
        arrival = Fraction(event.arrival)
        stamp = Fraction((datetime.fromisoformat(event.body["windowEnd"]) - EPOCH) // timedelta(seconds=1))
        if stamp > arrival + 300:
            continue
        if stamp < arrival - late:
            if drop:
                continue
            stamp = arrival - late
        watermark = newest.get(event.partition, stamp) - slack
        if stamp < watermark:
            if drop:
                continue
            stamp = watermark
        newest[event.partition] = max(newest.get(event.partition, stamp), stamp)
        kept.append((stamp, event.body))
    return kept


def expected_rows(events: Sequence[Arrived], late: int, slack: int, drop: bool) -> dict[str, list[Row]]:
    """The rows of all outputs but `powerbi` and `rejected`; no output that has none."""
    ordered = sorted(stamped(events, late, slack, drop), key=lambda pair: pair[0])
    last: dict[tuple[str, str], Fraction] = {}
    once: list[Stamped] = []
    for stamp, body in ordered:
        message = body["schema"], body["tallyId"]
        before = last.get(message)
        if before is None or stamp - before > HOUR:
            once.append((stamp, body))
        last[message] = stamp
    tallies = [pair for pair in once if pair[1]["schema"] == "footfall.tally/1"]
    traffic = [pair for pair in once if pair[1]["schema"] == "footfall.traffic/1"]
    at_places = [pair for pair in traffic if "place" in pair[1]]
    rows = {
        "windows": _rows(tallies, 15, ("store", "camera"), _tally_row),
        "hours": _rows(tallies, HOUR, ("store",), _tally_row),
        "days": _rows(tallies, DAY, ("store",), _tally_row),
        "traffic": _rows(traffic, 15, ("store", "camera", "place", "kind"), _traffic_row),
        "trafficHours": [
            *_rows(at_places, HOUR, ("store", "place", "kind"), _place_row),
            *_rows(traffic, HOUR, ("store",), _store_row),
        ],
        "trafficDays": [
            *_rows(at_places, DAY, ("store", "place", "kind"), lambda bodies: _place_row(bodies) | _occupancy(None)),
            *_rows(traffic, DAY, ("store",), lambda bodies: _store_row(bodies) | _occupancy(bodies)),
        ],
    }
    return {output: lines for output, lines in rows.items() if lines}


def _rows(pairs: list[Stamped], size: int, keys: tuple[str, ...], make: Callable[[list[Row]], Row]) -> list[Row]:
    groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for stamp, body in pairs:
        groups[(ceil(stamp / size) * size, *(body.get(key) for key in keys))].append(body)
    rows: list[Row] = []
    for (end, *values), bodies in groups.items():
        start = {"windowStart": min(body["windowStart"] for body in bodies)} if size == 15 else {}
        row = {**start, "windowEnd": _text(end), **dict(zip(keys, values, strict=True)), **make(bodies)}
        rows.append(row)
    return rows


def _text(seconds: int) -> str:
    return (EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _sum(bodies: list[Row], name: str) -> int:
    return sum(body.get(name, 0) for body in bodies)


def _tally_row(bodies: list[Row]) -> Row:
    faces = _sum(bodies, "faces")
    tenths = Fraction(_sum(bodies, "sentimentTenths"), 10)
    return {
        **{name: _sum(bodies, name) for name in COUNTED},
        "avgSentiment": _rounded(tenths / faces) if faces else None,
    }


def _traffic_row(bodies: list[Row]) -> Row:
    if "place" not in bodies[0]:
        return {**dict.fromkeys(PLACE_COUNTS), "watchedSeconds": _sum(bodies, "watchedSeconds")}
    figures = {
        name: max(body[name] for body in bodies) if name in LATEST else _sum(bodies, name) for name in PLACE_COUNTS
    }
    return {**figures, "watchedSeconds": None}


def _place_row(bodies: list[Row]) -> Row:
    return {**{name: _sum(bodies, name) for name in (*CROSSINGS, *STAYS)}, "cameras": None, "watchedSeconds": None}


def _store_row(bodies: list[Row]) -> Row:
    entrances = [body for body in bodies if body.get("kind") == "entrance"]
    beating = [body for body in bodies if "place" not in body]
    return {
        "place": None, "kind": None, **{name: _sum(entrances, name) for name in CROSSINGS}, **dict.fromkeys(STAYS),
        "cameras": len({body["camera"] for body in beating}), "watchedSeconds": _sum(beating, "watchedSeconds"),
    }  # fmt: skip


def _occupancy(bodies: list[Row] | None) -> Row:
    if bodies is None:
        return {"occupancy": None, "occupancyRaw": None}
    row = _store_row(bodies)
    inside = row["countIn"] - row["countOut"]
    return {"occupancy": max(inside, 0), "occupancyRaw": inside}


def _rounded(average: Fraction) -> float:
    """To two decimals, halves away from zero."""
    whole = floor(abs(average * 100) + Fraction(1, 2))
    return float(Fraction(whole if average >= 0 else -whole, 100))
