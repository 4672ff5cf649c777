"""The worker as a process: pictures become events and disappear, what is unreadable goes to poison."""

import json
import subprocess
import sys

import pytest
import requests

from local.azurite import StorageAccount
from local.child import ROOT
from tests.function_app import hub, pictures, rig
from tests.function_app.face_service import FaceService, face, picture_of
from tests.support.event_hubs import EventHub
from tests.support.waiting import wait_until


@pytest.fixture
def environment(
    storage: StorageAccount, container: str, event_hub: EventHub, face_service: FaceService
) -> dict[str, str]:
    return rig.settings(storage, container, event_hub, face_service.endpoint)


async def test_a_picture_becomes_events_and_is_deleted(
    storage: StorageAccount, container: str, event_hub: EventHub, environment: dict[str, str]
) -> None:
    name = pictures.name("store-9", "cam-2")
    logs = rig.Logs()
    with rig.client(storage, container) as blobs, rig.worker(environment, logs):
        blobs.upload_blob(name, picture_of(face(age=41.3, gender="male", visit="present"), face(emotion="sadness")))
        received = await hub.raw_events(event_hub, 2)
        wait_until(lambda: not list(blobs.list_blob_names()), "the picture is deleted")
    bodies = [json.loads(event.body_as_str()) for event in received]
    assert [body["ageBand"] for body in bodies] == ["35-44", "25-34"]
    assert [body["visit"] for body in bodies] == ["present", "new"]
    assert [body["dwellSeconds"] for body in bodies] == [12, 0]
    assert [body["emotion"] for body in bodies] == ["happiness", "sadness"]
    assert {(body["store"], body["camera"]) for body in bodies} == {("store-9", "cam-2")}
    assert {event.partition_key for event in received} == {b"store-9/cam-2"}
    (done,) = [line.fields for line in logs.lines if line.event == "picture done"]
    assert done["faces"] == 2
    assert 0 < done["captureToAckMs"] < 10_000


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
        bodies = await hub.events(event_hub, 2)
    assert face_service.queries == ["returnFaceId=false&detectionModel=detection_01"]
    assert face_service.observes == 0
    for body in bodies:
        assert {body[field] for field in ("visit", "ageBand", "gender", "emotion")} == {"unknown"}
        assert (body["sentiment"], body["dwellSeconds"]) == (0.0, 0)


def test_a_picture_without_faces_is_deleted_and_gives_no_event(
    storage: StorageAccount, container: str, environment: dict[str, str], face_service: FaceService
) -> None:
    logs = rig.Logs()
    with rig.client(storage, container) as blobs, rig.worker(environment, logs):
        blobs.upload_blob(pictures.name(), picture_of())
        wait_until(lambda: logs.count("picture done") == 1, "the picture is done")
        assert not list(blobs.list_blob_names())
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
        wait_until(lambda: logs.count("picture poisoned") == 3, "the replayed picture is poisoned again")
        wait_until(lambda: not list(blobs.list_blob_names()), "no picture is left")
        assert poison.get_blob_client(broken).get_blob_properties().metadata["replays"] == "1"
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
        wait_until(lambda: logs.count("picture done") == 1, "the picture is done")
        root = f"http://127.0.0.1:{running.wait_for('ready').fields['port']}"
        assert requests.get(f"{root}/health", timeout=5).json() == {"status": "ok", "waitingFor": None}
        metrics = requests.get(f"{root}/metrics", timeout=5).text
        assert "footfall_pictures_done_total 1.0" in metrics
        assert "footfall_events_total 1.0" in metrics
        assert running.stop() == 0
    assert logs.count("stopped") == 1
