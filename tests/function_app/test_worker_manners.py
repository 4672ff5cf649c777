"""How workers behave: they share, stop in good order, forget what is old, and say what went wrong but not whom."""

import io
import json
import logging
import socket
import subprocess
import sys
import time
from contextlib import redirect_stderr

import pytest
import structlog
from azure.eventhub import EventHubProducerClient
from azure.eventhub.exceptions import EventHubError

from function_app import log
from function_app.errors import NotAcknowledged
from function_app.worker.sender import Sender
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


async def test_two_workers_share_the_pictures_and_do_none_twice(
    storage: StorageAccount, container: str, event_hub: EventHub, environment: dict[str, str]
) -> None:
    with rig.client(storage, container) as blobs, rig.worker(environment) as first, rig.worker(environment) as second:
        for _ in range(60):
            blobs.upload_blob(pictures.name(), picture_of(face()))
        wait_until(lambda: not list(blobs.list_blob_names()), "no picture is left", 60)
        received = await hub.events(event_hub, 60)
        done = [rig.metric(each, "footfall_pictures_done_total") for each in (first, second)]
    assert len(received) == 60
    assert min(done) > 0
    assert sum(done) == 60


async def test_a_worker_told_to_stop_finishes_what_it_has_begun_and_leaves_the_rest_to_others(
    storage: StorageAccount,
    container: str,
    event_hub: EventHub,
    environment: dict[str, str],
    face_service: FaceService,
) -> None:
    face_service.mode = "leisurely"
    logs = rig.Logs()
    with rig.client(storage, container) as blobs:
        for _ in range(6):
            blobs.upload_blob(pictures.name(), picture_of(face()))
        with rig.worker({**environment, "WORKER_CONCURRENCY": "2"}, logs) as worker:
            wait_until(lambda: face_service.asked >= 2, "two pictures are in work")
            assert worker.stop() == 0
        left = list(blobs.list_blobs())
        done = 6 - len(left)
        assert 2 <= done < 6
        (counts,) = [line.fields for line in logs.lines if line.event == "counts"]
        assert counts["pictures"] == done
        assert {blob.lease.state for blob in left} <= {"available", "broken"}
    assert logs.count("stopped") == 1
    assert len(await hub.events(event_hub, done)) == done


def test_a_picture_older_than_the_retention_is_deleted_even_when_it_could_not_be_analyzed(
    storage: StorageAccount, container: str, environment: dict[str, str], face_service: FaceService
) -> None:
    face_service.mode = "failing"
    logs = rig.Logs()
    with (
        rig.client(storage, container) as blobs,
        rig.worker({**environment, "PICTURE_RETENTION_MINUTES": "0.05"}, logs),
    ):
        blobs.upload_blob(pictures.name(), picture_of(face()))
        wait_until(lambda: logs.count("retention") == 1, "it is purged", 30)
        assert not list(blobs.list_blob_names())
    assert logs.count("outage") > 0


def test_a_taken_port_is_refused_in_one_line(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "function_app.worker", "--port", port]
        ended = subprocess.run(
            command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=30
        )
    assert (ended.returncode, ended.stderr) == (2, f"--port {port}: Address already in use\n")


def test_replaying_without_storage_fails_in_one_line(environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "function_app.worker", "replay-poison"]
    nowhere = {**environment, "PictureStorage": "BlobEndpoint=http://127.0.0.1:9/x;SharedAccessSignature=sv=1"}
    ended = subprocess.run(command, env=nowhere, cwd=ROOT, capture_output=True, text=True, check=False, timeout=30)
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", "the storage can't be reached\n")


def message(number: int) -> str:
    return json.dumps({"tallyId": f"{number:032x}", "padding": "x" * 300})


async def test_more_messages_than_a_batch_holds_go_in_several(event_hub: EventHub) -> None:
    producer = EventHubProducerClient.from_connection_string(event_hub.connection_string, eventhub_name=event_hub.name)
    sent: list[int] = []
    sender = Sender(producer, sent.append)
    sender.start()
    sender.send("store-1/cam-1", [message(number) for number in range(4000)])
    sender.close()
    ids = [body["tallyId"] for body in await hub.events(event_hub, 4000)]
    assert ids == [f"{number:032x}" for number in range(4000)]
    assert sent == [4000]


class BrokenProducer:
    """Fails as pyamqp can: with anything."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def create_batch(self, **_: object) -> None:
        raise self._error

    def close(self) -> None:
        pass


@pytest.mark.parametrize("error", [EventHubError("refused"), TypeError("inside the library")])
def test_whatever_the_client_raises_the_messages_count_as_not_acknowledged(error: Exception) -> None:
    sender = Sender(BrokenProducer(error), lambda _: None)  # type: ignore[arg-type]
    sender.start()
    for _ in range(2):
        with pytest.raises(NotAcknowledged, match=type(error).__name__):
            sender.send("store-1/cam-1", [message(1)])
    sender.close()


@pytest.mark.parametrize(
    "words",
    [
        "the Face API answers 401; check its address, key and memory's name",
        "Event Hubs did not acknowledge: AuthenticationError",
        "the storage answers 503",
    ],
)
def test_the_log_lets_our_own_messages_through(words: str) -> None:
    assert log.keep_plain(None, "info", {"what": words}) == {"what": words}


def test_a_fault_of_ours_is_logged_by_kind_and_place_without_its_message() -> None:
    said = io.StringIO()
    with redirect_stderr(said):
        log.to_stderr()
        try:
            raise ValueError("store-1/cam-1/secret.jpg")
        except ValueError as fault:
            sys.excepthook(ValueError, fault, fault.__traceback__)
        logging.getLogger("azure.something").error("https://storage/pictures/secret.jpg")
    sys.excepthook = sys.__excepthook__
    logging.getLogger().handlers.clear()
    structlog.reset_defaults()
    fault_line, library_line = map(json.loads, said.getvalue().splitlines())
    assert (fault_line["event"], fault_line["kind"]) == ("fault", "ValueError")
    assert (library_line["event"], library_line["library"]) == ("library error", "azure")
    assert "secret" not in said.getvalue()


def test_while_the_face_api_is_down_the_worker_is_healthy_and_says_what_it_waits_for(
    storage: StorageAccount, container: str, environment: dict[str, str], face_service: FaceService
) -> None:
    import requests

    face_service.mode = "failing"
    logs = rig.Logs()
    with rig.client(storage, container) as blobs, rig.worker(environment, logs) as worker:
        blobs.upload_blob(pictures.name(), picture_of(face()))
        wait_until(lambda: logs.count("outage") == 1, "the worker waits")
        time.sleep(0.1)
        root = f"http://127.0.0.1:{worker.wait_for('ready').fields['port']}"
        answer = requests.get(f"{root}/health", timeout=5)
        assert requests.get(f"{root}/other", timeout=5).status_code == 404
    assert answer.status_code == 200
    assert "the Face API" in answer.json()["waitingFor"]
