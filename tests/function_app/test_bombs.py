"""Small pictures that are much work: one worker before the real Face API sets each aside at its first turn."""

import functools
import io
import time
from collections.abc import Iterator

import psutil
import pytest
from azure.storage.blob import ContainerClient
from PIL import Image

from local.azurite import StorageAccount
from models.build import files_of_packages
from models.store import Store, user_cache
from models.table import PHOTOGRAPHS
from tests.face_api.bombs import head_bomb, jump_bomb, progressive, saved, scan_bomb
from tests.face_api.server import FaceServer, face_server
from tests.function_app import hub, pictures, rig
from tests.support.event_hubs import EventHub
from tests.support.waiting import wait_until

BOMBS = {
    "1,500 scans as MPO, which took 13 to 66 s": lambda: scan_bomb("MPO", 5000, 1500),
    "20,000 scans as MPO": lambda: scan_bomb("MPO", 5000, 20_000),
    "a million segments": lambda: head_bomb(b"\xff\xe5\x00\x04ab"),
    "six million fill bytes": lambda: head_bomb(b"\xff"),
    "a BMP of jumps, just within its limit": lambda: jump_bomb(5000, 65_000),
    "40 megapixels of as many scans as are taken": lambda: progressive(6300),
}
GOOD = 15
MOST_SECONDS_EACH = 2.0


@pytest.fixture(scope="module")
def face_api() -> Iterator[FaceServer]:
    """With one worker, so that a bomb holds up all."""
    with face_server("--workers", "1") as server:
        yield server


@pytest.fixture
def environment(storage: StorageAccount, container: str, event_hub: EventHub, face_api: FaceServer) -> dict[str, str]:
    """One worker's, which does one picture after another."""
    usual = rig.settings(storage, container, event_hub, face_api.url)
    return {**usual, "FACE_API_KEY": face_api.key, "VISITOR_MEMORY": container, "WORKER_CONCURRENCY": "1"}


@pytest.fixture
def containers(storage: StorageAccount, container: str) -> Iterator[tuple[ContainerClient, ContainerClient]]:
    """Of pictures, and of those set aside."""
    storage.create_container(f"{container}-poison")
    with rig.client(storage, container) as blobs, rig.client(storage, f"{container}-poison") as poison:
        yield blobs, poison


@pytest.mark.parametrize("name", BOMBS)
async def test_three_bombs_are_each_set_aside_in_their_turn_and_the_good_ones_behind_them_are_done(
    name: str,
    containers: tuple[ContainerClient, ContainerClient],
    event_hub: EventHub,
    environment: dict[str, str],
    face_api: FaceServer,
) -> None:
    """In turns rather than in seconds: nothing is tried twice. With `-s` it prints what was measured."""
    blobs, poison = containers
    logs, bomb, photograph = rig.Logs(), BOMBS[name](), small_photograph()
    bombs = [pictures.name(camera="bomb") for _ in range(3)]
    for blob in bombs:
        blobs.upload_blob(blob, bomb)
    for _ in range(GOOD):
        blobs.upload_blob(pictures.name(), photograph)
    with rig.worker(environment, logs) as worker:
        before, begin = _seconds(face_api), time.monotonic()
        wait_until(lambda: not list(blobs.list_blob_names()), "all are dealt with", 90)
        taken, of_it = time.monotonic() - begin, _seconds(face_api) - before
        done = rig.metric(worker, "footfall_pictures_done_total")
    refused = {each.name: each.metadata for each in poison.list_blobs(include=["metadata"])}
    assert set(refused) in ({*bombs}, set()), "all of them, or, within all limits, a picture without a face"
    assert all(metadata.get("reason") for metadata in refused.values())
    assert done == GOOD + len(bombs) - len(refused)
    assert logs.count("outage") == 0, "nothing was tried twice"
    assert len(await hub.events(event_hub, GOOD)) == GOOD
    print(f"{name}: all after {taken:.1f} s, {of_it:.1f} s of the Face API's processor")  # noqa: T201


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_costs_the_face_api_less_than_two_seconds(name: str, face_api: FaceServer) -> None:
    """Of its processor, whatever else the machine does."""
    bomb = BOMBS[name]()
    with face_api.client() as client:
        before = _seconds(face_api)
        answer = client.post(
            "/face/v1.0/detect", content=bomb, headers={"Content-Type": "application/octet-stream"}, timeout=60
        )
        assert _seconds(face_api) - before < MOST_SECONDS_EACH
    assert answer.status_code in {200, 400}


@functools.cache
def small_photograph() -> bytes:
    """Of people, as a camera's cut is."""
    path = files_of_packages(PHOTOGRAPHS, Store(user_cache() / "objects"), lambda _: None)[0]
    with Image.open(io.BytesIO(path.read_bytes())) as opened:
        picture = opened.convert("RGB")
    picture.thumbnail((640, 640))
    return saved(picture, "JPEG")


def _seconds(server: FaceServer) -> float:
    """Of the processor that it and its processes have taken so far."""
    service = psutil.Process(server.process.pid)
    times = [each.cpu_times() for each in (service, *service.children(recursive=True))]
    return sum(each.user + each.system for each in times)
