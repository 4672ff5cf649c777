"""The windows once more, in plain Python and exact fractions, to hold the runner against."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import ceil, floor
from typing import Any

from tests.windows.conftest import AGE_BANDS, AGE_COLUMNS, EMOTIONS

Row = dict[str, Any]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SIZES = {"windows": 15, "hours": 3600, "days": 86400}


@dataclass(frozen=True)
class Arrived:
    """A visit event, and when (seconds since the epoch) it arrived at its partition."""

    body: Row
    arrival: float
    partition: int = 0


def stamped(events: Iterable[Arrived], late: int, slack: int, drop: bool) -> list[tuple[Fraction, Row]]:
    """Each event that stays, with the timestamp that the event-order policies give it; in the order of arrival."""
    newest: dict[int, Fraction] = {}
    kept: list[tuple[Fraction, Row]] = []
    for event in events:
        arrival = Fraction(event.arrival)
        stamp = Fraction((datetime.fromisoformat(event.body["seenAt"]) - EPOCH) // timedelta(seconds=1))
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
    """The rows of `windows`, `hours` and `days`, each output's in the order of windowEnd, store and camera."""
    ordered = sorted(stamped(events, late, slack, drop), key=lambda pair: pair[0])
    seen: set[tuple[Any, ...]] = set()
    faces: list[tuple[Fraction, Row]] = []
    for stamp, body in ordered:
        who = (body["store"], body["camera"], body["eventId"])
        keys = {(15, ceil(stamp / 15), *who), (3600, ceil(stamp / 3600), *who, body["seenAt"])}
        if not keys & seen:
            faces.append((stamp, body))
        seen |= keys
    rows: dict[str, list[Row]] = {}
    for output, size in SIZES.items():
        groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
        for stamp, body in faces:
            place = (body["store"], body["camera"]) if output == "windows" else (body["store"],)
            groups[(ceil(stamp / size) * size, *place)].append(body)
        rows[output] = [_row(key, groups[key]) for key in sorted(groups)]
    return rows


def _row(key: tuple[Any, ...], bodies: list[Row]) -> Row:
    end, *place = key
    visitors = [body for body in bodies if body["visit"] in ("new", "returning")]

    def count(of: list[Row], field: str, value: str) -> int:
        return sum(body[field] == value for body in of)

    return {
        "windowEnd": (EPOCH + timedelta(seconds=end)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        **dict(zip(("store", "camera"), place, strict=False)),
        "faces": len(bodies),
        "visitors": len(visitors),
        "newVisitors": count(bodies, "visit", "new"),
        "returningVisitors": count(bodies, "visit", "returning"),
        "female": count(visitors, "gender", "female"),
        "male": count(visitors, "gender", "male"),
        **{c: count(visitors, "ageBand", band) for c, band in zip(AGE_COLUMNS, AGE_BANDS, strict=True)},
        **{emotion: count(bodies, "emotion", emotion) for emotion in EMOTIONS},
        "avgSentiment": _average([Fraction(str(body["sentiment"])) for body in bodies]),
        "avgDwellSeconds": _average([Fraction(body["dwellSeconds"]) for body in bodies]),
    }


def _average(values: list[Fraction]) -> float:
    """To two decimals, halves away from zero."""
    hundredths = sum(values, Fraction(0)) / len(values) * 100
    whole = floor(abs(hundredths) + Fraction(1, 2))
    return float(Fraction(whole if hundredths >= 0 else -whole, 100))
