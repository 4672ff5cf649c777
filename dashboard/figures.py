"""From sums to the figures that are shown: whole counts, what a split leaves over, means."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from dashboard.columns import AGES, CROSSINGS, EMOTIONS, FACE_COUNTS, STAYS
from dashboard.look import Figures

PARTS = {
    "genderUnknown": ("displayVisitors", ("female", "male")),
    "ageUnknown": ("displayVisitors", AGES),
    "emotionUnknown": ("faces", EMOTIONS),
}
"""What is left of a whole by its parts: not known, or withheld."""
TRAFFIC = {
    "cameIn": ("entranceCountIn",),
    "wentOut": ("entranceCountOut",),
    "passed": ("passageCountIn", "passageCountOut"),
    **{name: (f"zone{name[0].upper()}{name[1:]}",) for name in STAYS},
    "watchedSeconds": ("watchedSeconds",),
}
assert len(CROSSINGS) == 2  # noqa: S101 (a passage is crossed in two ways)


def whole(value: float | None) -> int:
    """A sum of parts as the count it is."""
    return round(value or 0)


def of_faces(sums: Mapping[str, Any] | None) -> Figures:
    """Counts of faces and visitors; `approximate` when a part came of rows that reach over a full hour."""
    sums = sums or {}
    figures: Figures = {name: whole(sums.get(name)) for name in FACE_COUNTS}
    for name, (all_of_them, parts) in PARTS.items():
        figures[name] = max(0, figures[all_of_them] - sum(figures[part] for part in parts))
    faces = sums.get("sentimentFaces") or 0
    figures["avgSentiment"] = round(sums["sentimentSum"] / faces, 2) if faces >= 0.5 else None
    figures["approximate"] = bool(sums.get("spreadHours"))
    return figures


def of_traffic(sums: Mapping[str, Any] | None) -> Figures:
    """Counts of people who crossed or stayed."""
    sums = sums or {}
    return {name: whole(sum(sums.get(column) or 0 for column in columns)) for name, columns in TRAFFIC.items()}


def bands(traffic: Figures) -> Figures:
    """Completed stays by how long they were."""
    at_least = [traffic[name] for name in STAYS]
    return {
        "from5": at_least[0] - at_least[1],
        "from15": at_least[1] - at_least[2],
        "from60": at_least[2] - at_least[3],
        "from300": at_least[3],
    }


def stamp(moment: datetime) -> str:
    """A moment in UTC, as the rows write it; the database's have no zone."""
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return aware.strftime("%Y-%m-%dT%H:%M:%SZ")


def stamped(rows: Sequence[Figures]) -> list[Figures]:
    """Rows of the database with their times as text."""
    return [{name: stamp(cell) if isinstance(cell, datetime) else cell for name, cell in row.items()} for row in rows]
