"""The floor: the attack on what an ideal 15-second grid alone would tell, whatever the tallies are like.

That is one row of sums for each camera and quarter minute: not which pictures there were, nor in which order they came.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from function_app.columns import AGES, GENDERS
from tests.attack.by_faces import Guess, follow


def rebuild(tallies: Sequence[dict[str, Any]]) -> list[Guess]:
    """The visits that the attacker claims; who stood there already comes first in each quarter minute."""
    people = [person for row in sums(tallies) for person in _people(row)]
    return follow(sorted(people, key=lambda each: (each["windowEnd"], each.get("displayVisitors", 0))))


def sums(tallies: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The tallies added up by camera and quarter minute."""
    rows: dict[tuple[str, str], Counter[str]] = {}
    for tally in tallies:
        counts = {name: value for name, value in tally.items() if isinstance(value, int)}
        rows.setdefault((tally["camera"], tally["windowEnd"]), Counter()).update(counts)
    return [{**counts, "camera": camera, "windowEnd": end} for (camera, end), counts in rows.items()]


def _people(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A row as rows of one person each, where it can be told apart: one display visitor at most, or a face of each."""
    shown, come = row.get("displayVisitors", 0), row.get("visitors", 0)
    if shown <= 1:
        yield row
    elif row["faces"] == shown:
        place = {"camera": row["camera"], "windowEnd": row["windowEnd"], "displayVisitors": 1, "faces": 1}
        looks = {name: row[name] for name in (*GENDERS, *AGES) if name in row}
        yield from ({**place, "visitors": 1} for _ in range(come))
        yield from ({**place, **looks} for _ in range(shown - come))
