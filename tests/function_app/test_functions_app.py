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
from tests.function_app import pictures, rig, traffic
from tests.function_app.face_service import KEY, MEMORY, FaceService, face, picture_of
from tests.function_app.functions_host.host import FunctionsHost, Outcome
from tests.support.waiting import wait_until

SCHEMA = json.loads((ROOT / "docs" / "tally.schema.json").read_text())
TIMER = {"IsPastDue": False, "Schedule": {}}
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
        "MIN_GROUP": "0",
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
        "name": name.removesuffix(".jpg"),
        "BlobTrigger": path,
        "Uri": f"http://storage/{path}",
        "Properties": properties,
        "Metadata": {},
    }
    return host.invoke("FaceAnalyze", "blob", content, trigger)


def forward_traffic(host: FunctionsHost, name: str, content: bytes) -> Outcome:
    path = f"functions-pictures/{name}"
    trigger = {"name": name, "BlobTrigger": path, "Uri": f"http://storage/{path}", "Properties": {}, "Metadata": {}}
    return host.invoke("ForwardTraffic", "blob", content, trigger)


def sent(host: FunctionsHost, retry_count: int = 0) -> list[dict[str, Any]]:
    """What SendTallies gives to the output binding."""
    outcome = host.invoke("SendTallies", "timer", TIMER, retry_count=retry_count)
    assert outcome.succeeded, outcome.message
    return [json.loads(message) for message in outcome.outputs["messages"]]


def test_a_publish_carries_the_app_and_nothing_else() -> None:
    for name in published():
        assert name in APP_FILES or PurePosixPath(name).parts[0] == "function_app", name
    assert {"function_app/__init__.py", "function_app/triggers.py", *APP_FILES} <= set(published())
    assert not any("worker" in name or "Dockerfile" in name for name in published())


def test_no_line_of_funcignore_is_the_beginning_of_a_published_name() -> None:
    """Core Tools has been seen to leave out what begins like a line."""
    lines = [line for line in (ROOT / ".funcignore").read_text().splitlines() if not line.startswith("#")]
    assert not [name for name in published() if name.startswith(tuple(lines))]


def test_the_runtime_finds_five_functions_and_their_bindings(host: FunctionsHost) -> None:
    assert set(host.bindings) == {"FaceAnalyze", "ForwardTraffic", "SendTallies", "Sweep", "Tidy"}
    for function, ending in (("FaceAnalyze", "jpg"), ("ForwardTraffic", "json")):
        (trigger,) = host.bindings[function]
        assert trigger["type"] == "blobTrigger"
        assert trigger["path"] == f"%PICTURE_CONTAINER%/{{name}}.{ending}"
        assert trigger["connection"] == "PictureStorage"
        assert trigger["dataType"] == "BINARY"
    timer, output = sorted(host.bindings["SendTallies"], key=lambda binding: str(binding["direction"]))
    assert (timer["type"], timer["schedule"]) == ("timerTrigger", "*/5 * * * * *")
    assert (output["type"], output["eventHubName"], output["connection"]) == (
        "eventHub",
        "%EVENT_HUB_NAME%",
        "EventHub",
    )
    assert [host.bindings[name][0]["schedule"] for name in ("Sweep", "Tidy")] == ["*/5 * * * * *", "0 */5 * * * *"]


def test_a_picture_goes_into_the_pool_once_and_is_deleted(host: FunctionsHost, storage: StorageAccount) -> None:
    sent(host)
    name, content = pictures.name(), picture_of(face(age=70.25), face(gender="male", emotion="anger"))
    with rig.client(storage, "functions-pictures") as blobs:
        for _ in range(2):  # the second time as after a kill: pooled, and not yet deleted
            blobs.upload_blob(name, content)
            assert face_analyze(host, name, content).succeeded
            assert not blobs.get_blob_client(name).exists()
    (tally,) = sent(host)
    jsonschema.validate(tally, SCHEMA)
    assert (tally["faces"], tally["age65plus"], tally["male"], tally["anger"]) == (2, 1, 1, 1)
    assert not any(part in line for line in host.logs for part in (name, name[-12:-4], "70.25"))


def test_what_was_sent_stays_in_the_pool_until_the_host_comes_back_with_a_new_call(host: FunctionsHost) -> None:
    sent(host)
    name, content = pictures.name(), picture_of(face())
    assert face_analyze(host, name, content).succeeded
    (first,) = sent(host)
    assert sent(host, retry_count=1) == [first], "the sending failed: the same again"
    assert sent(host, retry_count=2) == [first]
    assert sent(host) == [], "a new call: it has arrived"


def test_counts_of_a_camera_are_forwarded_with_the_time_they_begin(
    host: FunctionsHost, storage: StorageAccount
) -> None:
    sent(host)
    rows = [traffic.place(count_in=2), traffic.heartbeat()]
    with rig.client(storage, "functions-pictures") as blobs:
        blobs.upload_blob(traffic.NAME, traffic.blob(*rows))
        assert forward_traffic(host, traffic.NAME, traffic.blob(*rows)).succeeded
        assert not blobs.get_blob_client(traffic.NAME).exists()
    place, heartbeat = sent(host)
    assert (place["countIn"], place["windowStart"], place["windowEnd"]) == (
        *(2, "2026-11-22T10:15:15Z", "2026-11-22T10:15:30Z"),
    )
    assert (heartbeat["watchedSeconds"], heartbeat["windowStart"]) == (60, "2026-11-22T10:15:00Z")
    sent(host)


def test_a_picture_without_faces_leaves_nothing(host: FunctionsHost) -> None:
    assert face_analyze(host, pictures.name(), picture_of()).succeeded
    assert sent(host) == []


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (None, "InvalidImage"),
        ("holiday.jpg", "InvalidName"),
        (traffic.NAME, "InvalidTraffic"),
        ("a.json", "InvalidName"),
    ],
)
def test_a_broken_blob_or_name_goes_to_poison_and_the_function_succeeds(
    host: FunctionsHost, storage: StorageAccount, name: str | None, reason: str
) -> None:
    broken = name or pictures.name()
    invoke = forward_traffic if broken.endswith(".json") else face_analyze
    with rig.client(storage, "functions-pictures") as blobs, rig.client(storage, "functions-pictures-poison") as poison:
        blobs.upload_blob(broken, b"not an image")
        assert invoke(host, broken, b"not an image").succeeded
        assert not blobs.get_blob_client(broken).exists()
        assert poison.get_blob_client(broken).get_blob_properties().metadata == {"reason": reason}
    assert sent(host) == []


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
            assert "FaceApi" in outcome.message
            assert name not in outcome.message
            assert blobs.get_blob_client(name).exists()
            blobs.delete_blob(name)
    finally:
        faces.mode = "instant"
    assert sent(host) == []


def test_tidy_deletes_what_is_older_than_the_retention(host: FunctionsHost, storage: StorageAccount) -> None:
    with rig.client(storage, "functions-pictures") as blobs:
        blobs.upload_blob(pictures.name(), b"old")

        def nothing_left() -> bool:  # storage stamps whole seconds
            assert host.invoke("Tidy", "timer", TIMER).succeeded
            return not list(blobs.list_blob_names())

        wait_until(nothing_left, "the picture is purged")


WRONG = {
    "PICTURE_CONTAINER": "Pictures!",
    "STORAGE_API_VERSION": "latest",
    "FACE_API_ENDPOINT": "face-api",
    "FACE_API_KEY": "",
    "FACE_ATTRIBUTES": "age,iris",
    "ANONYMIZATION_KEY": "short",
    "VISITOR_MEMORY": "../secrets",
    "MIN_GROUP": "-1",
    "DAY_START": "25:00",
    "PICTURE_RETENTION_MINUTES": "nan",
}


@pytest.mark.parametrize("wrong", [WRONG, {"PictureStorage": ""}, {"PictureStorage": "nonsense"}])
def test_each_wrong_setting_is_named_on_one_line_of_the_console(
    app_folder: Path, settings: dict[str, str], wrong: dict[str, str]
) -> None:
    """As the app is indexed: the console is the one place where an operator sees it."""
    host = FunctionsHost(app_folder, {**settings, **wrong})
    with pytest.raises(AssertionError, match="settings: "), host:
        pass
    assert host.console.startswith("settings: ")
    for name, value in wrong.items():
        assert name in host.console
        assert not value or f"{value} " not in host.console
