"""Rows of our own making, and what they add up to, worked out plainly."""

import json
import random
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

AGES = ("age0to12", "age13to17", "age18to24", "age25to34", "age35to44", "age45to54", "age55to64", "age65plus")
EMOTIONS = ("anger", "contempt", "disgust", "fear", "happiness", "neutral", "sadness", "surprise")
COUNTS = (
    "faces", "displayVisitors", "visitors", "newVisitors", "returningVisitors", "female", "male", *AGES, *EMOTIONS,
    "withheld",
)  # fmt: skip
TRAFFIC_COUNTS = ("countIn", "countOut", "stays", "stays15", "stays60", "stays300")
PLACES = (("harbour-street", "display-1", 1.0), ("harbour-street", "entrance", 1.4), ("market-hall", "window-2", 0.7))
WINDOW = timedelta(seconds=15)

Row = dict[str, Any]


def at(text: str) -> datetime:
    """A moment in UTC, from 'YYYY-MM-DD hh:mm:ss'."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def stamp(moment: datetime) -> str:
    """As the rows write it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _span(window_end: datetime, width: timedelta, store: str, camera: str) -> Row:
    start = stamp(window_end - width)
    return {"windowStart": start, "windowEnd": stamp(window_end), "store": store, "camera": camera}


def row(window_end: datetime, store: str = "s", camera: str = "c", width: timedelta = WINDOW, **columns: Any) -> Row:
    """A row of faces with zeros where nothing is given."""
    figures: Row = dict.fromkeys(COUNTS, 0) | {"avgSentiment": 0.0 if columns.get("faces") else None} | columns
    if "displayVisitors" not in columns:
        figures["displayVisitors"] = figures["visitors"]
    return _span(window_end, width, store, camera) | figures


def people(window_end: datetime, count: int, store: str = "s", camera: str = "c", **columns: Any) -> Row:
    """`count` new visitors alike: women of 25 to 34, neutral."""
    alike = dict.fromkeys(("faces", "visitors", "newVisitors", "female", "age25to34", "neutral"), count)
    return row(window_end, store, camera, **(alike | columns))


def traffic(
    window_end: datetime, kind: str, store: str = "s", camera: str = "c", width: timedelta = WINDOW, **columns: Any
) -> Row:
    """A row of people at the place `the-<kind>`, or another by `place`."""
    zeros = dict.fromkeys((*TRAFFIC_COUNTS, "inDay", "outDay", "peopleMax"), 0)
    return _span(window_end, width, store, camera) | {"place": f"the-{kind}", "kind": kind} | zeros | columns


def heartbeat(window_end: datetime, store: str = "s", camera: str = "c", seconds: int = 60) -> Row:
    """A camera's word that it watched."""
    return _span(window_end, WINDOW, store, camera) | {"place": None, "kind": None, "watchedSeconds": seconds}


def shop_days(first: datetime, last: datetime, seed: int) -> Iterable[Row]:
    """Plausible faces at three cameras, 9 to 20 o'clock UTC, busiest about noon and after work."""
    choose = random.Random(seed)  # noqa: S311 (traffic, not secrets)
    moment = first
    while moment <= last:
        for store, camera, share in PLACES:
            made = _window(choose, moment, store, camera, 0.35 * _crowd(moment) * share)
            if made["faces"]:
                yield made
        moment += WINDOW


def shop_traffic(first: datetime, last: datetime, seed: int) -> Iterable[Row]:
    """People to go with them: an entrance and a zone in one store, a passage before the other; heartbeats."""
    choose = random.Random(seed)  # noqa: S311 (traffic, not secrets)
    inside: dict[str, list[int]] = {}
    day = first.date()
    moment = first
    while moment <= last:
        if (moment - timedelta(microseconds=1)).date() != day:
            day, inside = (moment - timedelta(microseconds=1)).date(), {}
        crowd = _crowd(moment)
        came = _drawn(choose, 2.2 * crowd)
        total = inside.setdefault("harbour-street", [0, 0])
        went = min(total[0] - total[1], _drawn(choose, 2.1 * crowd + (0.4 if moment.hour >= 20 else 0)))
        total[0], total[1] = total[0] + came, total[1] + went
        if came or went:
            yield traffic(
                moment, "entrance", "harbour-street", "entrance", place="front-door", countIn=came, countOut=went,
                inDay=total[0], outDay=total[1], peopleMax=max(came, went),
            )  # fmt: skip
        if stays := _drawn(choose, 1.9 * crowd):
            longer = sum(choose.random() < 0.5 for _ in range(stays))
            minute = sum(choose.random() < 0.2 for _ in range(longer))
            yield traffic(
                moment, "zone", "harbour-street", "display-1", place="new-season", stays=stays, stays15=longer,
                stays60=minute, stays300=min(minute, choose.choice((0, 0, 0, 1))), peopleMax=stays,
            )  # fmt: skip
        if passed := _drawn(choose, 5 * crowd):
            yield traffic(
                moment, "passage", "market-hall", "window-2", place="arcade", countIn=passed // 2,
                countOut=passed - passed // 2, peopleMax=passed,
            )  # fmt: skip
        if moment.second == 0:
            yield from (heartbeat(moment, store, camera) for store, camera, _ in PLACES)
        moment += WINDOW


def _crowd(moment: datetime) -> float:
    hour = moment.hour + moment.minute / 60
    if not 9 <= hour < 20:
        return 0.0
    week = 1.35 if moment.weekday() == 5 else 0.55 if moment.weekday() == 6 else 1.0
    return week * (0.16 + 0.3 * max(0.0, 1 - abs(hour - 12.6) / 2.5) + 0.25 * max(0.0, 1 - abs(hour - 17.3) / 2))


def _drawn(choose: random.Random, mean: float) -> int:
    count = 0
    while choose.random() < mean / (1 + mean):
        count += 1
    return count


def _window(choose: random.Random, moment: datetime, store: str, camera: str, crowd: float) -> Row:
    figures = dict.fromkeys(COUNTS, 0)
    while choose.random() < min(0.8, crowd):
        figures["displayVisitors"] += 1
        if choose.random() < 0.15:
            continue
        figures["visitors"] += 1
        figures["newVisitors" if choose.random() < 0.78 else "returningVisitors"] += 1
    for _ in range(figures["displayVisitors"]):
        gender = choose.choices(("female", "male", None), (53, 43, 4))[0]
        age = choose.choices((*AGES, None), (3, 5, 14, 24, 20, 14, 9, 7, 4))[0]
        for column in filter(None, (gender, age)):
            figures[column] += 1
    figures["faces"] = figures["displayVisitors"] + choose.choice((0, 0, 0, 0, 1, 2)) * (crowd > 0)
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
    faces = figures["faces"]
    mood = round(0.7 * glad / faces, 2) if faces else None
    return row(moment, store, camera) | figures | {"avgSentiment": mood}


def write(folder: Path, rows: Iterable[Mapping[str, Any]], output: str = "windows") -> Path:
    """Append rows to the folder's `<output>.jsonl`, as the window runner does."""
    path = folder / f"{output}.jsonl"
    with path.open("a") as file:
        file.writelines(json.dumps(each) + "\n" for each in rows)
    return path


def total(rows: Iterable[Mapping[str, Any]], *columns: str) -> int:
    """The sum of columns."""
    return sum(int(each[column]) for each in rows for column in columns)


def of_kind(rows: Iterable[Row], kind: str) -> list[Row]:
    """The rows of places of a kind."""
    return [each for each in rows if each["kind"] == kind]


def mean(rows: Iterable[Mapping[str, Any]], column: str) -> float:
    """The mean of a column over faces, as the page rounds it."""
    rows = [each for each in rows if each[column] is not None]
    weighted: float = sum(each[column] * each["faces"] for each in rows)
    return round(weighted / total(rows, "faces"), 2)
