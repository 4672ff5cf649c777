"""Two Functions hosts on one storage, killed, blind to one blob in five, with both services out for a while."""

import logging
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from function_app.keys import AnonymizationKeys
from function_app.names import Picture
from local.child import ROOT
from tests.function_app import hub, pictures, rig, traffic
from tests.function_app.face_service import face, picture_of
from tests.function_app.functions_host.webjobs import HOSTS, WebJobsHost
from tests.function_app.site import CONTAINER, TRAFFIC_BEGINS, Site
from tests.support.job import Rows, rows_of
from tests.support.waiting import wait_until

PICTURES, BROKEN, TRAFFIC, KILLS = 240, 6, 60, 10
PACE = 5
CALM_SECONDS = 60


@dataclass(frozen=True)
class Load:
    """What the cameras of an hour upload, by name; `broken`: pictures that nobody can read."""

    blobs: Mapping[str, bytes]
    broken: frozenset[str]
    ids: frozenset[str]

    @classmethod
    def drawn(cls) -> "Load":
        chance = random.Random(19)  # noqa: S311
        keys = AnonymizationKeys(rig.ANONYMIZATION_KEY.encode())
        blobs, broken, ids = dict[str, bytes](), set[str](), set[str]()
        for number in range(PICTURES + BROKEN):
            at = TRAFFIC_BEGINS + timedelta(seconds=14 * number + 1)
            name = pictures.name(camera=f"cam-{number % 3}", captured_at=at)
            if number % (PICTURES // BROKEN) == 7 and len(broken) < BROKEN:
                blobs[name] = b"no picture"
                broken.add(name)
            else:
                gender, emotion = chance.choice(("female", "male")), chance.choice(("neutral", "anger"))
                one = face(chance.uniform(5, 80), gender, emotion, chance.choice(("new", "present")))
                blobs[name] = picture_of(one, face(gender="male")) if number % 4 == 0 else picture_of(one)
                ids.add(keys.tally_id(Picture.named(name)))
            if number < TRAFFIC:
                end = TRAFFIC_BEGINS + (number + 1) * timedelta(minutes=1)
                rows = [
                    traffic.place(end, camera="door", count_in=number % 3, count_out=1, in_day=number),
                    traffic.place(end, "shelf", "zone", camera="door", stays=2, stays15=number % 2),
                    traffic.heartbeat(end, camera="door"),
                ]
                blobs[traffic.name(end, camera="door")] = traffic.blob(*rows)
                ids |= {row["tallyId"] for row in rows}
        return cls(blobs, frozenset(broken), frozenset(ids))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    running = Site(tmp_path, workers=0)
    yield running
    running.stop()


@pytest.fixture
def sites(tmp_path: Path) -> Iterator[list[Site]]:
    """One for the disturbed hosts, one for a host that nothing disturbs, one for a worker."""
    with ExitStack() as stack:
        made = []
        for name, workers in (("disturbed", 0), ("calm", 0), ("worker", 1)):
            (tmp_path / name).mkdir()
            made.append(Site(tmp_path / name, workers=workers))
            stack.callback(made[-1].stop)
        yield made


def settings_of(site: Site) -> dict[str, str]:
    hosts = {"AzureWebJobsStorage": site.storage.connection_string, "AzureFunctionsWebHost__hostid": "footfall"}
    return {**site.environment, **hosts}


def upload(site: Site, load: Load, done: Counter[str]) -> None:
    with site.client() as container:
        for name, content in load.blobs.items():
            container.upload_blob(name, content)
            done["uploaded"] += 1


def wait_until_nothing_is_left(site: Site, seconds: float) -> None:
    with site.client() as container:
        wait_until(lambda: not list(container.list_blob_names()), "no blob is left", seconds)
    wait_until(lambda: site.in_pool()["waiting"] == 0, "all has been acknowledged", 60)


async def rows_at(site: Site, load: Load) -> tuple[Rows, set[str]]:
    """The query's rows over what arrived there, as if each message had come when it was due; and all ids."""
    received = await hub.all_events(site.hub, len(load.ids))
    rows = rows_of([(None, body) for body in received])
    return {name: sorted(lines, key=repr) for name, lines in rows.items()}, {body["tallyId"] for body in received}


def set_aside(site: Site) -> dict[str, str]:
    with rig.client(site.storage, f"{CONTAINER}-poison") as poison:
        return {blob.name: (blob.metadata or {})["reason"] for blob in poison.list_blobs(include=["metadata"])}


@pytest.mark.timeout(1200)
async def test_every_blob_is_in_one_message_or_set_aside_and_the_windows_are_those_of_a_calm_day(
    sites: list[Site],
) -> None:
    disturbed, calm, worker = sites
    load, chance, done = Load.drawn(), random.Random(3), Counter[str]()  # noqa: S311
    with ExitStack() as stack:
        hosts = [
            stack.enter_context(WebJobsHost(ROOT, settings_of(disturbed), seed, name=f"host-{seed}", pace=PACE))
            for seed in (1, 2)
        ]
        uploading = threading.Thread(target=upload, args=(disturbed, load, done))
        uploading.start()
        for kill in range(KILLS):
            least = min(done["uploaded"] + chance.randrange(1, 20), len(load.blobs))
            wait_until(lambda least=least: done["uploaded"] >= least, "uploads go on", 60)  # type: ignore[misc]
            if kill == 3:
                disturbed.set_mode("failing")
            if kill == 5:
                disturbed.set_mode("instant")
                disturbed.refuse_at_hubs(seconds=3)
            hosts[kill % 2].kill()
        uploading.join(300)
        returned = time.monotonic()
        wait_until_nothing_is_left(disturbed, 300)
        after_calm = time.monotonic() - returned
    logs = "\n".join(line for host in hosts for line in host.logs)
    for name in load.blobs:
        store, camera, *_, last = name.split("/")
        parts = (name, f"{store}/{camera}", last[:10], last[-12:-4])
        assert not any(part in logs for part in parts), "a blob's name, camera or time in a log"

    upload(worker, load, Counter())
    with WebJobsHost(ROOT, settings_of(calm), 0, missed=0, pace=PACE):
        begun = time.monotonic()
        upload(calm, load, Counter())
        wait_until_nothing_is_left(calm, 300)
        undisturbed = time.monotonic() - begun
    logging.getLogger(__name__).info("%.1f s after calm returned; undisturbed: %.1f s", after_calm, undisturbed)
    assert after_calm <= max(CALM_SECONDS, 4 * undisturbed), "a minute, unless this machine is slow or busy"
    worker.wait_until_done(300)

    expected, ids = await rows_at(calm, load)
    assert ids == load.ids
    assert len(expected["windows"]) > 200
    assert len(expected["traffic"]) == 3 * TRAFFIC
    for site in (disturbed, worker):
        rows, ids = await rows_at(site, load)
        assert ids == load.ids, "exactly what was uploaded, by tallyId"
        assert rows == expected
    for site in sites:
        assert set_aside(site) == dict.fromkeys(load.broken, "InvalidImage")


def test_hosts_of_different_names_share_the_work_by_the_id_that_the_image_sets(site: Site) -> None:
    """Without it each does every picture: seen on the real host, and on this one."""
    image = (ROOT / "function_app" / "functions.Dockerfile").read_text()
    assert "AzureFunctionsWebHost__hostid=footfall" in image
    settings = settings_of(site)
    alone = {name: value for name, value in settings.items() if name != "AzureFunctionsWebHost__hostid"}
    for given, ids in ((settings, {"footfall"}), (alone, {"host-1", "host-2"})):
        with ExitStack() as stack:
            for seed in (1, 2):
                stack.enter_context(WebJobsHost(ROOT, given, seed, name=f"host-{seed}", missed=0, pace=PACE))
            for _ in range(10):
                site.upload()
            wait_until_nothing_is_left(site, 60)
        assert receipts_by_host(site) >= ids
        assert given is alone or receipts_by_host(site) == ids


def receipts_by_host(site: Site) -> set[str]:
    with rig.client(site.storage, HOSTS) as container:
        return {name.split("/")[1] for name in container.list_blob_names(name_starts_with="blobreceipts/")}
