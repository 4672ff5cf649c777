"""Events for the window query's benchmark: a busy chain of ten stores with five cameras each."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import md5
from pathlib import Path

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
AGES = ("age0to12", "age18to24", "age25to34", "age35to44", "age65plus", None)
GENDERS = ("female", "male", None)
EMOTIONS = ("happiness", "neutral", "sadness", "surprise", None)
VISITS = ("newVisitors", "returningVisitors", None, None)


def text(moment: datetime) -> str:
    """As the contract writes a time."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def tallies(events: int, gap_seconds: float) -> Iterator[tuple[dict[str, object], datetime]]:
    """Tallies of one face each, every so often, and when each arrives; zeros are left out, as the worker does."""
    for number in range(events):
        at = START + timedelta(seconds=number * gap_seconds)
        end = START + timedelta(seconds=(int(number * gap_seconds) // 15 + 1) * 15)
        kinds = (split[number % len(split)] for split in (GENDERS, AGES, EMOTIONS, VISITS))
        body: dict[str, object] = {
            "schema": "footfall.tally/1",
            "tallyId": md5(str(number).encode(), usedforsecurity=False).hexdigest(),
            "store": f"store-{number * 7 % 50 // 5}",
            "camera": f"camera-{number * 7 % 5}",
            "windowStart": text(end - timedelta(seconds=15)),
            "windowEnd": text(end),
            "faces": 1,
            "displayVisitors": 1,
            "visitors": int(number % 4 < 2),
            **{kind: 1 for kind in kinds if kind},
            "sentimentTenths": number % 21 - 10,
        }
        yield {name: value for name, value in body.items() if value != 0}, at + timedelta(seconds=1)


def write(path: Path, events: Iterator[tuple[dict[str, object], datetime]]) -> None:
    """As the file that the runner reads."""
    with path.open("w") as lines:
        for body, arrival in events:
            line = {"body": body, "enqueuedAt": arrival.strftime("%Y-%m-%dT%H:%M:%S.%fZ")}
            lines.write(json.dumps(line, separators=(",", ":")) + "\n")
