"""The worker as a process: pictures become tallies and disappear, what is unreadable goes to poison."""

import json
import subprocess
import sys
from datetime import UTC, datetime

import jsonschema
import pytest
import requests

from local.azurite import StorageAccount
from local.child import ROOT
from tests.function_app import hub, pictures, rig
from tests.function_app.face_service import FaceService, face, picture_of
from tests.support.event_hubs import EventHub
from tests.support.waiting import wait_until

SCHEMA = json.loads((ROOT / "docs" / "tally.schema.json").read_text())


@pytest.fixture
def environment(
    storage: StorageAccount, container: str, event_hub: EventHub, face_service: FaceService
) -> dict[str, str]:
    return rig.settings(storage, container, event_hub, face_service.endpoint)


async def test_a_picture_becomes_a_tally_and_is_deleted(
    storage: StorageAccount, container: str, event_hub: EventHub, environment: dict[str, str]
) -> None:
    name = pictures.name("store-9", "cam-2", datetime(2026, 11, 22, 10, 15, 30, 987000, UTC))
    with rig.client(storage, container) as blobs, rig.worker(environment):
        blobs.upload_blob(name, picture_of(face(age=41.3, gender="male", visit="present"), face(emotion="sadness")))
        received = await hub.raw_events(event_hub, 1)
        wait_until(lambda: not list(blobs.list_blob_names()), "the picture is deleted")
    (body,) = [json.loads(event.body_as_str()) for event in received]
    jsonschema.validate(body, SCHEMA)
    del body["tallyId"]
    assert body == {
        "schema": "footfall.tally/1",
        "store": "store-9",
        "camera": "cam-2",
        "windowStart": "2026-11-22T10:15:30Z",
        "windowEnd": "2026-11-22T10:15:45Z",
        "faces": 2,
        "displayVisitors": 2,
        "visitors": 1,
        "newVisitors": 1,
        "female": 1,
        "male": 1,
        "age25to34": 1,
        "age35to44": 1,
        "happiness": 1,
        "sadness": 1,
    }
    assert {event.partition_key for event in received} == {b"store-9/cam-2"}


async def test_without_a_visitor_memory_and_attributes_nothing_of_them_is_asked_for(
    storage: StorageAccount,
    container: str,
    event_hub: EventHub,
    environment: dict[str, str],
    face_service: FaceService,
) -> None:
    switched_off = {**environment, "VISITOR_MEMORY": "", "FACE_ATTRIBUTES": ""}
    with rig.client(storage, container) as blobs, rig.worker(switched_off):
        blobs.upload_blob(pictures.name(), picture_of(face(), face()))
        (body,) = await hub.events(event_hub, 1)
    assert face_service.queries == ["returnFaceId=false&detectionModel=detection_01"]
    assert face_service.observes == 0
    counts = {name: value for name, value in body.items() if isinstance(value, int)}
    assert counts == {"faces": 2, "displayVisitors": 2}


def test_a_picture_without_faces_is_deleted_and_gives_no_tally(
    storage: StorageAccount, container: str, environment: dict[str, str], face_service: FaceService
) -> None:
    with rig.client(storage, container) as blobs, rig.worker(environment) as worker:
        blobs.upload_blob(pictures.name(), picture_of())
        wait_until(lambda: rig.metric(worker, "footfall_pictures_done_total") == 1, "the picture is done")
        assert not list(blobs.list_blob_names())
        assert rig.metric(worker, "footfall_messages_total") == 0
    assert face_service.observes == 0


async def test_unreadable_pictures_go_to_poison_with_a_reason_and_come_back_by_command(
    storage: StorageAccount, container: str, event_hub: EventHub, environment: dict[str, str]
) -> None:
    good, broken, misnamed = pictures.name(), pictures.name(), "holiday.jpg"
    logs = rig.Logs()
    with (
        rig.client(storage, container) as blobs,
        rig.client(storage, f"{container}-poison") as poison,
        rig.worker(environment, logs),
    ):
        blobs.upload_blob(broken, b"no picture at all", metadata={"people": "2"})
        blobs.upload_blob(misnamed, picture_of(face()))
        blobs.upload_blob(good, picture_of(face()))
        assert len(await hub.events(event_hub, 1)) == 1
        wait_until(lambda: not list(blobs.list_blob_names()), "no picture is left")
        kept = {blob.name: blob.metadata for blob in poison.list_blobs(include=["metadata"])}
        assert kept == {broken: {"people": "2", "reason": "InvalidImage"}, misnamed: {"reason": "InvalidName"}}

        assert replay_poison(environment) == {"replayed": 1, "left": 1}
        wait_until(lambda: logs.count("blob poisoned") == 3, "the replayed picture is poisoned again")
        wait_until(lambda: not list(blobs.list_blob_names()), "no picture is left")
        poison.upload_blob(broken, picture_of(face()), overwrite=True, metadata={"reason": "InvalidImage"})
        assert replay_poison(environment) == {"replayed": 1, "left": 1}
        assert len(await hub.events(event_hub, 2)) == 2


def replay_poison(environment: dict[str, str]) -> dict[str, int]:
    command = [sys.executable, "-m", "function_app.worker", "replay-poison"]
    ended = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, check=True, timeout=30)
    answer: dict[str, int] = json.loads(ended.stdout)
    return answer


def test_health_and_metrics_tell_how_the_worker_is(
    storage: StorageAccount, container: str, environment: dict[str, str]
) -> None:
    logs = rig.Logs()
    with rig.client(storage, container) as blobs, rig.worker(environment, logs) as running:
        blobs.upload_blob(pictures.name(), picture_of(face()))
        wait_until(lambda: rig.metric(running, "footfall_pictures_done_total") == 1, "the picture is done")
        root = f"http://127.0.0.1:{running.wait_for('ready').fields['port']}"
        assert requests.get(f"{root}/health", timeout=5).json() == {"status": "ok", "waitingFor": None, "crowded": 0}
        metrics = requests.get(f"{root}/metrics", timeout=5).text
        assert "footfall_messages_total 1.0" in metrics
        assert "footfall_capture_to_safe_seconds_count 1.0" in metrics
        assert running.stop() == 0
    assert logs.count("stopped") == 1
