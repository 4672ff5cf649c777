"""The attack on tallies: rebuild whole visits from all that left, knowing every rule by which it was made.

It follows people through the tallies in the order of time: one that counts a visitor begins a visit; one that counts a
display visitor but no visitor is somebody who moved on, to be matched by gender, age band and time; a face alone is
whoever stood there last. What it can't tell apart it gives to the likeliest.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from function_app import moments
from function_app.columns import AGES, GENDERS
from tests.attack.shop import Picture

Mark = tuple[str, str]
"""A camera and a quarter minute's end: one sighting, as exact as the grid allows."""
GAP_SECONDS = 3600.0


@dataclass
class Guess:
    """A visit as the attacker believes it to be."""

    marks: Counter[Mark] = field(default_factory=Counter)
    looks: tuple[str | None, str | None] = (None, None)
    camera: str = ""
    last: datetime = datetime.min  # noqa: DTZ901 (replaced at once)


def rebuild(tallies: Sequence[dict[str, Any]]) -> list[Guess]:
    """The visits that the attacker claims. A tally of several people says nothing of one and begins no visit."""
    in_time = sorted(tallies, key=lambda each: each["windowEnd"])  # and within a quarter minute as they came
    return follow(tally for tally in in_time if tally.get("faces", 0) == 1)


def follow(rows: Iterable[Mapping[str, Any]]) -> list[Guess]:
    """The visits in rows that are each of one person, in the order given."""
    guesses: list[Guess] = []
    here: list[Guess] = []
    for row in rows:
        end, camera = moments.moment(row["windowEnd"]), row["camera"]
        looks = (_only(row, GENDERS), _only(row, AGES))
        here = [guess for guess in here if (end - guess.last).total_seconds() <= GAP_SECONDS]
        if row.get("visitors"):
            guess = Guess(looks=looks)
            guesses.append(guess)
            here.append(guess)
        else:
            found = _likeliest(here, end, camera, looks, moved=bool(row.get("displayVisitors")))
            if found is None:
                continue
            guess = found
        guess.marks[camera, row["windowEnd"]] += row["faces"]
        guess.camera, guess.last = camera, end
    return guesses


def share_rebuilt(guesses: Sequence[Guess], taken: Sequence[Picture]) -> float:
    """Of the visits that were pictured, how many are claimed exactly: all their sightings and no other's."""
    claimed = Counter(frozenset(guess.marks.items()) for guess in guesses)
    true: dict[int, Counter[Mark]] = {}
    for picture in taken:
        for visit in picture.people:
            mark = (picture.camera, moments.text(moments.window_end(picture.at)))
            true.setdefault(visit.person, Counter())[mark] += 1
    right = sum((claimed & Counter(frozenset(marks.items()) for marks in true.values())).values())
    return right / len(true)


def _likeliest(
    here: Sequence[Guess], end: datetime, camera: str, looks: tuple[str | None, str | None], *, moved: bool
) -> Guess | None:
    if moved:
        others = [guess for guess in here if all(mark[0] != camera for mark in guess.marks)]
        return min(others, key=lambda guess: (_unlike(guess.looks, looks), end - guess.last), default=None)
    before = [guess for guess in here if guess.camera == camera]
    return min(before, key=lambda guess: end - guess.last, default=None)


def _unlike(some: tuple[str | None, str | None], others: tuple[str | None, str | None]) -> int:
    gender = 0 if some[0] == others[0] else 3
    if some[1] is None or others[1] is None:
        return gender
    return gender + abs(AGES.index(some[1]) - AGES.index(others[1]))


def _only(row: Mapping[str, Any], columns: Sequence[str]) -> str | None:
    return next((column for column in columns if row.get(column)), None)
