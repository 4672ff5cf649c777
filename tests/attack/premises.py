"""A day through the real visitor memory, anonymizer and pool: what the premises know, and what leaves them."""

import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from face_api.storage.sqlite import SqliteDatabase
from face_api.storage.sqlite_templates import SqliteTemplates
from function_app.anonymize import anonymize
from function_app.faces import Face
from function_app.faces import Visit as Known
from function_app.keys import AnonymizationKeys
from function_app.moments import DayStart, moment, text
from function_app.names import Picture
from function_app.pool import people, places
from function_app.pool.rules import Rules
from function_app.pool.state import CameraPool
from function_app.pool.store import due
from function_app.tally import Tally
from tests.attack import shop
from tests.face_api.stores import Stores, face

STORE = "shop"
KEYS = AnonymizationKeys(b"a key of an attack's test, 32 bytes and more")
AGE_ERROR, GENDER_ERROR = 4.0, 0.05
"""Models err (docs/models.md), so an attacker can't lean on exact bands."""
ON_THE_WAY = timedelta(seconds=1)


@dataclass(frozen=True)
class Analyzed:
    """A day's pictures as tallies, before any pool, and the times that the visitor memory keeps of the visits."""

    tallies: tuple[tuple[datetime, Tally], ...]
    memory_visits: tuple[tuple[float, float], ...]


@dataclass
class Left:
    """What left, each with the time at which it did; `dropped`: display visitors at the day's end."""

    messages: list[tuple[datetime, dict[str, Any]]] = field(default_factory=list)
    dropped: int = 0

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """In the order in which they left."""
        return [body for _, body in self.messages]

    def counts(self) -> Counter[str]:
        """Sums over all."""
        return Counter(
            {
                name: sum(body.get(name, 0) for body in self.bodies)
                for name in {name for body in self.bodies for name, value in body.items() if isinstance(value, int)}
            }
        )


Add = Callable[[CameraPool, Rules, datetime], CameraPool]


@dataclass(frozen=True)
class Arrival:
    """What comes to a camera's pool: when, and how it is added."""

    at: datetime
    camera: str
    add: Add


def rules(least: int) -> Rules:
    """MIN_GROUP as an operator sets it."""
    return Rules(least, DayStart.parse("00:00"), recognised=True, make_id=KEYS.pool_id)


def analyze_day(pictures: Sequence[shop.Picture], seed: int) -> Analyzed:
    """All pictures of a day through the real visitor memory and the anonymizer, in the order of their taking."""
    database = SqliteDatabase(None)
    stores = Stores.over(database, lambda: SqliteTemplates(database))
    chance = random.Random(seed)  # noqa: S311

    def see(shot: shop.Picture, picture: Picture) -> list[Known]:
        seen_at = stores.clock.time = shot.at.timestamp()
        templates = [
            face(visit.person, turned=0.35 * chance.random(), view=chance.randrange(1000)) for visit in shot.people
        ]
        known = stores.see(STORE, KEYS.observation_id(picture), seen_at, *templates, camera=shot.camera)
        return [Known(each.visit, each.first_at_camera) for each in known]

    tallies = _tallies(pictures, see, seed)
    with database.transaction() as transaction:
        rows = transaction.execute("SELECT visits FROM remembered")
    database.close()
    kept = tuple((float(visit[0]), float(visit[1])) for (text,) in rows for visit in json.loads(text))
    return Analyzed(tallies, kept)


def analyze_for_certain(pictures: Sequence[shop.Picture], seed: int) -> Analyzed:
    """The same with a memory that never errs, which is the worst that can happen to privacy."""
    met: set[tuple[int, str]] = set()

    def see(shot: shop.Picture, _picture: Picture) -> list[Known]:
        known = [
            Known("present" if (visit.person, "") in met else "new", (visit.person, shot.camera) not in met)
            for visit in shot.people
        ]
        met.update((visit.person, place) for visit in shot.people for place in ("", shot.camera))
        return known

    return Analyzed(_tallies(pictures, see, seed), ())


def _tallies(
    pictures: Sequence[shop.Picture], see: Callable[[shop.Picture, Picture], list[Known]], seed: int
) -> tuple[tuple[datetime, Tally], ...]:
    chance = random.Random(seed)  # noqa: S311
    tallies = []
    for shot in pictures:
        clock = f"{shot.at:%Y/%m/%d/%H%M%S}.{shot.at.microsecond // 1000:03}Z"
        picture = Picture.named(f"{STORE}/{shot.camera}/{clock}-{chance.getrandbits(32):08x}.jpg")
        faces = [_look(visit, chance) for visit in shot.people]
        tallies.append((shot.at, anonymize(picture, faces, see(shot, picture), KEYS)))
    return tuple(tallies)


def leave(analyzed: Analyzed, least: int) -> Left:
    """The tallies through the pools of their cameras, until the day is closed."""
    return through_the_pool(tally_arrivals(analyzed), least)


def tally_arrivals(analyzed: Analyzed) -> list[Arrival]:
    """The tallies on their way into the pool."""

    def add(tally: Tally) -> Add:
        return lambda pool, policy, now: people.add_tally(pool, tally, policy, now)

    return [Arrival(at + ON_THE_WAY, tally.camera, add(tally)) for at, tally in analyzed.tallies]


def through_the_pool(arrivals: Sequence[Arrival], least: int) -> Left:
    """What leaves of them, and when; the pools are looked at whenever one has something to do, as a worker does."""
    left, policy = Left(), rules(least)
    pools: dict[str, CameraPool] = {}
    for arrival in sorted(arrivals, key=lambda each: each.at):
        _dispatch(pools, policy, arrival.at, left)
        pool = pools.get(arrival.camera) or CameraPool(store=STORE, camera=arrival.camera)
        pools[arrival.camera] = _send(arrival.add(pool, policy, arrival.at), arrival.at, left)
    _dispatch(pools, policy, shop.OPENS + timedelta(days=3), left)
    return left


def _dispatch(pools: dict[str, CameraPool], policy: Rules, until: datetime, left: Left) -> None:
    while waiting := [(when, camera) for camera, pool in pools.items() if (when := due(pool)) <= text(until)]:
        when, camera = min(waiting)
        pool, dropped = people.close_days(people.let_go(pools[camera], policy, moment(when)), policy, moment(when))
        left.dropped += dropped
        pools[camera] = _send(places.let_go(pool, policy, moment(when)), moment(when), left)


def _send(pool: CameraPool, at: datetime, left: Left) -> CameraPool:
    left.messages += [(at, json.loads(message.body)) for message in pool.outbox]
    return pool.acknowledged(frozenset(message.id for message in pool.outbox))


def _look(visit: shop.Visit, chance: random.Random) -> Face:
    mistaken = chance.random() < GENDER_ERROR
    gender: Literal["female", "male"] = "female" if (visit.gender == "female") != mistaken else "male"
    return Face("", age=max(1.0, chance.gauss(visit.age, AGE_ERROR)), gender=gender)
