"""A day through the real counters' output and the pool: one entrance, and a zone before a display."""

import json
import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from edge.counting.counter import Counted, Crossing, Stay
from edge.counting.crossings import Way
from edge.counting.day import DayStart
from edge.counting.places import Line, Zone
from edge.counting.rows import Blob, Source
from edge.counting.traffic import State
from edge.counting.traffic import Traffic as EdgeTraffic
from function_app.names import Traffic
from function_app.pool import places
from function_app.traffic import read_rows
from tests.attack.premises import KEYS, STORE, Arrival, Left, through_the_pool
from tests.attack.shop import OPENS, Visit
from vision.boxes import Point

DOOR = Line("door", Point(0.1, 0.5), Point(0.9, 0.5))
DISPLAY = Zone("display", (Point(0.2, 0.2), Point(0.8, 0.2), Point(0.8, 0.8)))
AT_DOOR, AT_DISPLAY = "entrance", "display-1"
STOPS_IN_ZONE = 0.6
BLOB_SECONDS = 60
ON_THE_WAY = timedelta(seconds=2)
CLOSES = timedelta(hours=16)
"""The cameras watch on after the day's end."""


def stops(visits: Sequence[Visit], seed: int) -> dict[int, datetime]:
    """When those who stop in the zone, at most once a visit, leave it again, by person."""
    chance = random.Random(seed)  # noqa: S311
    found = {}
    for visit in visits:
        at = visit.arrives + (visit.leaves - visit.arrives) * chance.uniform(0.2, 0.9)
        if chance.random() < STOPS_IN_ZONE:
            found[visit.person] = at
    return found


def blobs(visits: Sequence[Visit], leaves_zone: dict[int, datetime]) -> list[Blob]:
    """All that the two cameras upload in a day, in the order of time."""
    door = [(at, Counted(crossings=(Crossing(DOOR, way, 0.0),))) for visit in visits for at, way in _ways(visit)]
    zone = [(at, Counted(stays=(Stay(DISPLAY, 0.0, 20.0),))) for at in leaves_zone.values()]
    found = [*_camera(AT_DOOR, door), *_camera(AT_DISPLAY, zone)]
    return sorted(found, key=lambda blob: (Traffic.named(blob.name).written_at, blob.name))


def _ways(visit: Visit) -> tuple[tuple[datetime, Way], tuple[datetime, Way]]:
    return (visit.arrives, "in"), (visit.leaves, "out")


def _camera(name: str, counted: Sequence[tuple[datetime, Counted]]) -> Iterator[Blob]:
    traffic, source, day_start = EdgeTraffic(State()), Source(STORE, name), DayStart.read("00:00")
    coming = sorted(counted, key=lambda each: each[0])
    moment = OPENS
    while moment < OPENS + CLOSES:
        while coming and coming[0][0] <= moment:
            at, what = coming.pop(0)
            traffic.add(what, at, source, day_start)
        traffic.move_on(moment, source, day_start)
        traffic.watched(15)
        while blob := traffic.seal(BLOB_SECONDS):
            yield blob
            traffic.sealed()
        moment += timedelta(seconds=15)


def leave(uploaded: Sequence[Blob], least: int) -> Left:
    """The blobs through the pools of their cameras."""
    return through_the_pool(arrivals(uploaded), least)


def arrivals(uploaded: Sequence[Blob]) -> list[Arrival]:
    """The blobs on their way into the pool."""

    def add(blob: Blob) -> Arrival:
        name = Traffic.named(blob.name)
        blob_id, rows = KEYS.pool_id(blob.name), read_rows(name, json.dumps(blob.rows).encode())
        return Arrival(
            name.written_at + ON_THE_WAY,
            name.camera,
            lambda pool, policy, now: places.add_rows(pool, blob_id, rows, policy, now),
        )

    return [add(blob) for blob in uploaded]
