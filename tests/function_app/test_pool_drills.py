"""kill -9 of workers with a pool, ten times at random points, and of the pool's storage: all is counted once.

Each sighting is in exactly one tally, or still waits; hours and days of each place are what the cameras counted.
"""

import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from function_app.dispatch import Dispatch
from function_app.moments import QUARTER_MINUTE, moment, text
from function_app.pool.store import PoolStore
from function_app.settings import Settings
from function_app.storage.container import Container
from tests.function_app import hub, traffic
from tests.function_app.site import TRAFFIC_BEGINS, Site
from tests.support.job import rows_of
from tests.support.waiting import wait_until

KILLS, KILLS_OF_STORAGE, LEAST = 10, 2, 5
MINUTES_A_KILL, MINUTE = 16, timedelta(minutes=1)
COLUMNS = ("faces", "displayVisitors", "visitors", "newVisitors")
PLACES = {"door": (("street", "entrance"), ("aisle", "passage")), "back": (("yard", "entrance"), ("shelf", "zone"))}
DAY_START = "10:20"
"""Within the hours that are counted: an hour is cut there."""
Row = dict[str, Any]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    running = Site(tmp_path, MIN_GROUP=str(LEAST), DAY_START=DAY_START)
    yield running
    running.stop()


def counted(camera: str, minute: datetime, chance: random.Random) -> list[Row]:
    """What a camera's places count in the minute up to then: mostly nothing."""
    rows = []
    for place, kind in PLACES[camera]:
        for quarter in range(4):
            if chance.random() < 0.8:
                continue
            bands = sorted((chance.randrange(4) for _ in range(4)), reverse=True)
            stays = dict(zip(("stays", "stays15", "stays60", "stays300"), bands, strict=True))
            lines = {"count_in": chance.randrange(3), "count_out": chance.randrange(3)}
            end = minute - quarter * QUARTER_MINUTE
            rows.append(traffic.place(end, place, kind, camera=camera, **(stays if kind == "zone" else lines)))
    return rows


def unpooled(rows: Sequence[Row]) -> list[Row]:
    """As they would leave without a pool."""
    width = {True: QUARTER_MINUTE, False: MINUTE}
    return [{**row, "windowStart": text(moment(row["windowEnd"]) - width["place" in row])} for row in rows]


def two_hours_later(site: Site) -> list[Row]:
    """What a worker would find to send then: the rest of the hours."""
    settings = Settings.model_validate(dict(site.environment))
    container = Container.of(settings, settings.pool_container, 2)
    parcels = Dispatch(PoolStore(container, pytest.fail), settings.rules).waiting(
        datetime.now(UTC) + timedelta(hours=2)
    )
    found = [json.loads(message.body) for parcel in parcels for message in parcel.messages]
    container.close()
    return found


@pytest.mark.timeout(900)
async def test_ten_kills_of_workers_and_two_of_storage_count_each_sighting_once_and_hours_are_exact(
    site: Site,
) -> None:
    chance = random.Random(7)  # noqa: S311
    rows, minute = list[Row](), TRAFFIC_BEGINS
    for _ in range(KILLS_OF_STORAGE):
        with site.load(10):
            for kill in range(KILLS // KILLS_OF_STORAGE):
                for _minute in range(MINUTES_A_KILL):
                    minute += MINUTE
                    for camera in PLACES:
                        found = counted(camera, minute, chance)
                        rows += [*found, traffic.heartbeat(minute, camera=camera)]
                        site.upload_traffic(camera, minute, found)
                least = site.done() + chance.randrange(1, 12)
                wait_until(lambda least=least: site.done() >= least, "work goes on", 60)  # type: ignore[misc]
                site.kill_worker(kill % 2)
        site.wait_until_done(120)
        site.wait_until_left(90)
        site.wait_until_saved()
        site.kill_azurite(down_seconds=1)

    faces, waiting = sum(site.uploaded.values()), site.in_pool()
    for worker in site.workers:
        worker.stop()
    left: Counter[str] = Counter()
    bodies = {body["tallyId"]: body for body in await hub.all_events(site.hub, 2 * KILLS * MINUTES_A_KILL)}
    for body in bodies.values():
        if "place" in body:
            company = body["stays"] if body["kind"] == "zone" else body["countIn"] + body["countOut"]
            assert company >= LEAST or body["windowEnd"].endswith((":00:00Z", f"{DAY_START}:00Z"))
        elif "watchedSeconds" not in body:
            left.update({name: body[name] for name in COLUMNS if name in body})
            assert body.get("displayVisitors", LEAST) >= LEAST
    assert {name: left[name] + waiting[name] for name in COLUMNS} == dict.fromkeys(COLUMNS, faces)
    bodies |= {body["tallyId"]: body for body in two_hours_later(site)}
    places = [body for body in bodies.values() if body["schema"] == "footfall.traffic/1"]
    assert 50 < sum("place" in body for body in places) < sum("place" in row for row in rows)
    pooled, raw = (rows_of([(None, body) for body in each]) for each in (places, unpooled(rows)))
    for output in ("trafficHours", "trafficDays"):
        assert sorted(pooled[output], key=repr) == sorted(raw[output], key=repr)
    assert len({(row["place"], row["windowEnd"]) for row in raw["trafficHours"]}) == 5 * 3
    assert site.logs.count("fault") == 0
