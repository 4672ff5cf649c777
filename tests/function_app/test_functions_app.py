"""The Functions app in Microsoft's own Python runtime: found, loaded, invoked."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import jsonschema
import pathspec
import pytest

from local.azurite import StorageAccount
from local.child import ROOT
from tests.function_app import pictures, rig
from tests.function_app.face_service import KEY, MEMORY, FaceService, face, picture_of
from tests.function_app.functions_host.host import FunctionsHost, Outcome
from tests.support.waiting import wait_until

SCHEMA = json.loads((ROOT / "docs" / "visit-event.schema.json").read_text())
APP_FILES = {"function_app.py", "host.json", "requirements.txt"}


def published() -> list[str]:
    """What a publish carries: the files of this checkout that .funcignore does not name."""
    lines = (ROOT / ".funcignore").read_text().splitlines()
    ignored = pathspec.GitIgnoreSpec.from_lines(lines)
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [name for name in found if not ignored.match_file(name) and (ROOT / name).exists()]


@pytest.fixture(scope="module")
def app_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("app")
    for name in published():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, folder / name)
    return folder


@pytest.fixture
def container(storage: StorageAccount) -> str:
    """One container for all tests here: the app is started once."""
    return "functions-pictures"


@pytest.fixture(scope="module")
def faces() -> Iterator[FaceService]:
    with FaceService() as service:
        yield service


@pytest.fixture(scope="module")
def settings(storage: StorageAccount, faces: FaceService) -> dict[str, str]:
    storage.create_container("functions-pictures")
    return {
        "AzureWebJobsStorage": storage.connection_string,
        "PictureStorage": storage.connection_string,
        "PICTURE_CONTAINER": "functions-pictures",
        "FACE_API_ENDPOINT": faces.endpoint,
        "FACE_API_KEY": KEY,
        "ANONYMIZATION_KEY": rig.ANONYMIZATION_KEY,
        "VISITOR_MEMORY": MEMORY,
        **rig.measured(),
        "PICTURE_RETENTION_MINUTES": "0.0001",
    }


@pytest.fixture(scope="module")
def host(app_folder: Path, settings: dict[str, str]) -> Iterator[FunctionsHost]:
    with FunctionsHost(app_folder, settings) as running:
        yield running


def face_analyze(host: FunctionsHost, name: str, content: bytes) -> Outcome:
    path = f"functions-pictures/{name}"
    properties = {"ContentLength": len(content), "ContentType": "image/jpeg", "ETag": '"0x1"'}
    trigger = {
        "name": name,
        "BlobTrigger": path,
        "Uri": f"http://storage/{path}",
        "Properties": properties,
        "Metadata": {},
    }
    return host.invoke("FaceAnalyze", "picture", content, trigger)


def events_of(outcome: Outcome) -> list[dict[str, Any]]:
    assert outcome.succeeded, outcome.message
    return [json.loads(event) for event in outcome.outputs.get("events") or []]


def test_a_publish_carries_the_app_and_nothing_else() -> None:
    for name in published():
        assert name in APP_FILES or PurePosixPath(name).parts[0] == "function_app", name
    assert {"function_app/__init__.py", "function_app/triggers.py", *APP_FILES} <= set(published())
    assert not any("worker" in name or "Dockerfile" in name for name in published())


def test_no_line_of_funcignore_is_the_beginning_of_a_published_name() -> None:
    """Core Tools has been seen to leave out what begins like a line."""
    lines = [line for line in (ROOT / ".funcignore").read_text().splitlines() if not line.startswith("#")]
    assert not [name for name in published() if name.startswith(tuple(lines))]


def test_the_runtime_finds_three_functions_and_their_bindings(host: FunctionsHost) -> None:
    assert set(host.bindings) == {"FaceAnalyze", "PurgePictures", "ReplayPoison"}
    trigger, output = sorted(host.bindings["FaceAnalyze"], key=lambda binding: str(binding["direction"]))
    assert trigger["type"] == "blobTrigger"
    assert trigger["path"] == "%PICTURE_CONTAINER%/{name}"
    assert trigger["connection"] == "PictureStorage"
    assert trigger["dataType"] == "BINARY"
    assert (output["type"], output["eventHubName"], output["connection"]) == (
        "eventHub",
        "%EVENT_HUB_NAME%",
        "EventHub",
    )
    (timer,) = host.bindings["PurgePictures"]
    assert (timer["type"], timer["schedule"]) == ("timerTrigger", "0 */5 * * * *")
    (queue,) = host.bindings["ReplayPoison"]
    assert (queue["queueName"], queue["connection"]) == ("webjobs-blobtrigger-poison", "AzureWebJobsStorage")


def test_a_picture_becomes_one_event_per_face_and_the_same_ones_when_tried_again(host: FunctionsHost) -> None:
    name, content = pictures.name(), picture_of(face(age=70.25), face(gender="male", emotion="anger"))
    first, again = events_of(face_analyze(host, name, content)), events_of(face_analyze(host, name, content))
    assert first == again
    assert [event["ageBand"] for event in first] == ["65+", "25-34"]
    for event in first:
        jsonschema.validate(event, SCHEMA)
    assert any("picture analyzed" in line for line in host.logs)
    assert not any(part in line for line in host.logs for part in (name, name[-12:-4], "70.25"))


def test_a_picture_without_faces_gives_no_events(host: FunctionsHost) -> None:
    assert events_of(face_analyze(host, pictures.name(), picture_of())) == []


@pytest.mark.parametrize("name", [None, "holiday.jpg"])
def test_a_broken_picture_or_name_goes_to_poison_and_the_function_succeeds(
    host: FunctionsHost, storage: StorageAccount, name: str | None
) -> None:
    broken = name or pictures.name()
    with rig.client(storage, "functions-pictures") as blobs, rig.client(storage, "functions-pictures-poison") as poison:
        blobs.upload_blob(broken, b"not an image")
        assert events_of(face_analyze(host, broken, b"not an image")) == []
        assert not blobs.get_blob_client(broken).exists()
        reason = "InvalidImage" if name is None else "InvalidName"
        assert poison.get_blob_client(broken).get_blob_properties().metadata == {"reason": reason}


@pytest.mark.parametrize("mode", ["throttled", "failing", "garbage"])
def test_when_the_face_api_does_not_serve_then_the_function_fails_and_the_picture_stays(
    host: FunctionsHost, faces: FaceService, storage: StorageAccount, mode: str
) -> None:
    name, content = pictures.name(), picture_of(face())
    faces.mode = mode
    try:
        with rig.client(storage, "functions-pictures") as blobs:
            blobs.upload_blob(name, content)
            outcome = face_analyze(host, name, content)
            assert not outcome.succeeded
            assert "events" not in outcome.outputs
            assert "FaceApi" in outcome.message
            assert name not in outcome.message
            assert blobs.get_blob_client(name).exists()
    finally:
        faces.mode = "instant"


def poison_message(name: str) -> str:
    message = {
        "FunctionId": "app.Functions.FaceAnalyze",
        "BlobType": "BlockBlob",
        "ContainerName": "functions-pictures",
        "BlobName": name,
        "ETag": '"0x1"',
    }
    return json.dumps(message)


def test_replay_poison_wakes_the_trigger_three_times_and_then_puts_the_picture_to_poison(
    host: FunctionsHost, storage: StorageAccount
) -> None:
    name = pictures.name()
    with rig.client(storage, "functions-pictures") as blobs, rig.client(storage, "functions-pictures-poison") as poison:
        blobs.upload_blob(name, picture_of(face()), metadata={"people": "1"})
        tags = set()
        for _ in range(3):
            assert host.invoke("ReplayPoison", "message", poison_message(name)).succeeded
            properties = blobs.get_blob_client(name).get_blob_properties()
            tags.add(properties.etag)
        assert len(tags) == 3
        assert properties.metadata == {"people": "1", "replays": "3"}
        assert host.invoke("ReplayPoison", "message", poison_message(name)).succeeded
        assert not blobs.get_blob_client(name).exists()
        metadata = poison.get_blob_client(name).get_blob_properties().metadata
        assert metadata == {"people": "1", "replays": "3", "reason": "TriedTooOften"}
        assert host.invoke("ReplayPoison", "message", poison_message(name)).succeeded, "a picture gone is no fault"


def test_replay_poison_waits_while_the_face_api_is_down(host: FunctionsHost, faces: FaceService) -> None:
    faces.mode = "failing"
    try:
        assert not host.invoke("ReplayPoison", "message", poison_message(pictures.name())).succeeded
    finally:
        faces.mode = "instant"


@pytest.mark.parametrize(
    "message", ["", "[]", "{}", '{"ContainerName": 1}', poison_message("x").replace("functions-", "")]
)
def test_replay_poison_lets_other_messages_pass(host: FunctionsHost, message: str) -> None:
    assert host.invoke("ReplayPoison", "message", message).succeeded


def test_purge_pictures_deletes_what_is_older_than_the_retention(host: FunctionsHost, storage: StorageAccount) -> None:
    with rig.client(storage, "functions-pictures") as blobs:
        blobs.upload_blob(pictures.name(), b"old")

        def nothing_left() -> bool:  # storage stamps whole seconds
            assert host.invoke("PurgePictures", "timer", {"IsPastDue": False, "Schedule": {}}).succeeded
            return not list(blobs.list_blob_names())

        wait_until(nothing_left, "the picture is purged")


def test_wrong_settings_are_named_when_the_app_is_indexed(app_folder: Path, settings: dict[str, str]) -> None:
    wrong = {**settings, "ANONYMIZATION_KEY": "short"}
    with (
        pytest.raises(AssertionError, match="ANONYMIZATION_KEY: must have at least 32 bytes"),
        FunctionsHost(app_folder, wrong),
    ):
        pass
