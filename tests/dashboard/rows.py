"""Window rows of our own making, and what they add up to, worked out plainly."""

import json
import random
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

AGES = ("age0to12", "age13to17", "age18to24", "age25to34", "age35to44", "age45to54", "age55to64", "age65plus")
EMOTIONS = ("anger", "contempt", "disgust", "fear", "happiness", "neutral", "sadness", "surprise")
COUNTS = ("faces", "visitors", "newVisitors", "returningVisitors", "female", "male", *AGES, *EMOTIONS)
PLACES = (("harbour-street", "display-1", 1.0), ("harbour-street", "entrance", 1.4), ("market-hall", "window-2", 0.7))

Row = dict[str, Any]


def at(text: str) -> datetime:
    """A moment in UTC, from 'YYYY-MM-DD hh:mm:ss'."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def row(window_end: datetime, store: str = "s", camera: str = "c", **columns: Any) -> Row:
    """A window row with zeros where nothing is given."""
    figures: Row = dict.fromkeys(COUNTS, 0) | {"avgSentiment": 0.0, "avgDwellSeconds": 0.0} | columns
    return {"windowEnd": window_end.strftime("%Y-%m-%dT%H:%M:%SZ"), "store": store, "camera": camera, **figures}


def people(window_end: datetime, count: int, store: str = "s", camera: str = "c", **columns: Any) -> Row:
    """`count` new visitors alike: women of 25 to 34, neutral."""
    alike = dict.fromkeys(("faces", "visitors", "newVisitors", "female", "age25to34", "neutral"), count)
    return row(window_end, store, camera, **(alike | columns))


def shop_days(first: datetime, last: datetime, seed: int) -> Iterable[Row]:
    """Plausible traffic in three places, 9 to 20 o'clock UTC, busiest about noon and after work."""
    choose = random.Random(seed)  # noqa: S311 (traffic, not secrets)
    moment = first
    while moment <= last:
        hour = moment.hour + moment.minute / 60
        if 9 <= hour < 20:
            crowd = 0.16 + 0.3 * max(0.0, 1 - abs(hour - 12.6) / 2.5) + 0.25 * max(0.0, 1 - abs(hour - 17.3) / 2)
            for store, camera, share in PLACES:
                made = _window(choose, moment, store, camera, crowd * share)
                if made["faces"]:
                    yield made
        moment += timedelta(seconds=15)


def _window(choose: random.Random, moment: datetime, store: str, camera: str, crowd: float) -> Row:
    figures = dict.fromkeys(COUNTS, 0)
    while choose.random() < crowd:
        figures["visitors"] += 1
        figures["newVisitors" if choose.random() < 0.78 else "returningVisitors"] += 1
        gender = choose.choices(("female", "male", None), (53, 43, 4))[0]
        age = choose.choices((*AGES, None), (3, 5, 14, 24, 20, 14, 9, 7, 4))[0]
        for column in filter(None, (gender, age)):
            figures[column] += 1
    figures["faces"] = figures["visitors"] + choose.choice((0, 0, 0, 0, 1, 2))
    for _ in range(figures["faces"]):
        emotion = choose.choices((*EMOTIONS, None), (2, 1, 1, 1, 34, 46, 6, 8, 3))[0]
        if emotion:
            figures[emotion] += 1
    glad = (
        figures["happiness"]
        + figures["surprise"] / 2
        - sum(figures[each] for each in EMOTIONS[:4])
        - figures["sadness"]
    )
    faces = max(1, figures["faces"])
    return row(
        moment, store, camera, **figures, avgSentiment=round(0.7 * glad / faces, 2),
        avgDwellSeconds=round(choose.uniform(0, 12) * (figures["faces"] - figures["visitors"]) / faces, 2),
    )  # fmt: skip


def write(folder: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    """Append rows to the folder's windows.jsonl, as the window runner does."""
    path = folder / "windows.jsonl"
    with path.open("a") as file:
        file.writelines(json.dumps(each) + "\n" for each in rows)
    return path


def total(rows: Iterable[Mapping[str, Any]], column: str) -> int:
    """The sum of a column."""
    return sum(int(each[column]) for each in rows)


def mean(rows: Iterable[Mapping[str, Any]], column: str) -> float:
    """The mean of a column over faces, as the page rounds it."""
    rows = list(rows)
    weighted: float = sum(each[column] * each["faces"] for each in rows)
    return round(weighted / total(rows, "faces"), 2)
