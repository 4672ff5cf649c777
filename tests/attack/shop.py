"""A day in a made-up shop: who came when, stopped where, and left when. What an attacker would like to know."""

import math
import random
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

OPENS = datetime(2026, 11, 2, 9, tzinfo=UTC)
HOURS = 10
BUSY = (0.5, 0.7, 0.9, 1.0, 1.4, 1.3, 1.0, 0.9, 1.2, 1.1)
"""How the arrivals spread over the hours."""
MEDIAN_VISIT_SECONDS, SIGMA = 8 * 60, 0.8
SHORTEST_VISIT_SECONDS = 20
MEDIAN_STOP_SECONDS, STOP_SIGMA = 22, 0.8
STOPS = (1, 3, 5, 7, 9, 12)
HOW_MANY_STOPS = (0.16, 0.14, 0.2, 0.2, 0.18, 0.12)
"""So that five in six visits lead past several cameras, with some twenty faces a visit."""
BETWEEN_PICTURES_SECONDS = 10
FACE_SHOWS = 0.85
"""How often somebody who stands there looks up when a picture is taken."""


@dataclass(frozen=True)
class Stop:
    """Someone stands before a camera's display."""

    camera: str
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Visit:
    """One person's visit. `age` and `gender` are the person's, not a model's guess."""

    person: int
    arrives: datetime
    leaves: datetime
    age: float
    gender: str
    stops: tuple[Stop, ...]


@dataclass(frozen=True)
class Picture:
    """Taken when somebody's face shows, at most every BETWEEN_PICTURES_SECONDS a camera."""

    at: datetime
    camera: str
    people: tuple[Visit, ...]


def day(visitors: int, seed: int, cameras: int) -> list[Visit]:
    """The visits of a day, by arrival."""
    chance = random.Random(seed)  # noqa: S311 (a made-up day, no secret)
    found = [_visit(person, chance, cameras) for person in range(visitors)]
    return sorted(found, key=lambda visit: visit.arrives)


def pictures(visits: Sequence[Visit], seed: int) -> list[Picture]:
    """What the cameras take of them, in the order of time."""
    chance = random.Random(seed)  # noqa: S311
    taken = []
    for camera in sorted({stop.camera for visit in visits for stop in visit.stops}):
        stops = ((stop, visit) for visit in visits for stop in visit.stops if stop.camera == camera)
        to_come = deque(sorted(stops, key=lambda each: each[0].start))
        here: list[tuple[Stop, Visit]] = []
        moment = OPENS
        while True:
            here = [(stop, visit) for stop, visit in here if stop.end >= moment]
            while to_come and (not here or to_come[0][0].start <= moment):
                stop, visit = to_come.popleft()
                if stop.end >= moment:  # else they were gone before the next picture
                    moment = max(moment, stop.start)
                    here.append((stop, visit))
            if not here:
                break
            people = tuple(visit for _, visit in here if chance.random() < FACE_SHOWS)
            if people:
                taken.append(Picture(moment, camera, people))
            moment += timedelta(seconds=BETWEEN_PICTURES_SECONDS if people else 1)
    return sorted(taken, key=lambda picture: picture.at)


def _visit(person: int, chance: random.Random, cameras: int) -> Visit:
    hour = chance.choices(range(HOURS), BUSY)[0]
    arrives = OPENS + timedelta(hours=hour, seconds=chance.random() * 3600)
    seconds = max(SHORTEST_VISIT_SECONDS, chance.lognormvariate(math.log(MEDIAN_VISIT_SECONDS), SIGMA))
    passed = [chance.randint(1, cameras) for _ in range(chance.choices(STOPS, HOW_MANY_STOPS)[0])]
    stops, moment = [], arrives
    for camera in passed:
        moment += timedelta(seconds=chance.random() * 0.4 * seconds / len(passed))
        length = min(chance.lognormvariate(math.log(MEDIAN_STOP_SECONDS), STOP_SIGMA), 0.6 * seconds / len(passed))
        stops.append(Stop(f"display-{camera}", moment, moment + timedelta(seconds=length)))
        moment = stops[-1].end
    leaves = max(arrives + timedelta(seconds=seconds), moment)
    return Visit(person, arrives, leaves, chance.uniform(15, 75), chance.choice(("female", "male")), tuple(stops))
