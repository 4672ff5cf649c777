"""The settings that production starts with, started here: no template, no emotion, nothing of fewer than five."""

import json
import secrets
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import yaml

from function_app.columns import EMOTIONS
from local.azurite import StorageAccount
from local.child import ROOT, Child
from models.build import files_of_packages
from models.store import Store, user_cache
from models.table import PHOTOGRAPHS
from tests.function_app import hub, pictures, rig, traffic
from tests.support.event_hubs import EventHub
from tests.support.waiting import wait_until

SETTINGS = ROOT / "infra/stack_hub/kubernetes/base/settings.yaml"
PICTURES = 12


WHERE = ("FACE_API_HOST", "FACE_API_PORT", "FACE_API_DATABASE_PATIENCE")


def config(name: str) -> dict[str, str]:
    """A ConfigMap of the base that every overlay starts from, but for where it listens."""
    found = {each["metadata"]["name"]: each["data"] for each in yaml.safe_load_all(SETTINGS.read_text())}
    return {name: value for name, value in found[name].items() if name not in WHERE}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What the Face API keeps."""
    made = tmp_path / "face-api"
    made.mkdir(mode=0o700)
    return made


@pytest.fixture
def face_api(folder: Path) -> Iterator[tuple[Child, str]]:
    """The service with production's settings, and its key."""
    key = secrets.token_hex(16)
    command = [sys.executable, "-m", "face_api", "--port", "0", "--data", str(folder)]
    child = Child("face-api", command, {**config("face-api-settings"), "FACE_API_KEY": key})
    child.wait_for("ready", 120)
    yield child, key
    child.stop()


async def test_no_template_is_kept_no_emotion_is_told_and_nothing_leaves_of_fewer_than_five(
    storage: StorageAccount, container: str, event_hub: EventHub, face_api: tuple[Child, str], folder: Path
) -> None:
    service, key = face_api
    endpoint = f"http://127.0.0.1:{service.wait_for('ready').fields['port']}"
    here = {"FACE_API_KEY": key, "FACE_API_ENDPOINT": endpoint, "PICTURE_CONTAINER": container}
    usual = rig.settings(storage, container, event_hub, endpoint)
    fetched = files_of_packages(PHOTOGRAPHS, Store(user_cache() / "objects"), lambda _: None)
    photographs = [path.read_bytes() for path in fetched]
    with rig.client(storage, container) as blobs, rig.worker({**usual, **config("worker-settings"), **here}):
        for number in range(PICTURES):
            blobs.upload_blob(pictures.name(), photographs[number % len(photographs)])
        blobs.upload_blob(traffic.NAME, traffic.blob(traffic.place(count_in=3), traffic.heartbeat()))
        wait_until(lambda: not list(blobs.list_blob_names()), "all is analyzed", 120)
        bodies = await hub.events(event_hub, 1)
    assert ["watchedSeconds" in body for body in bodies] == [True], "a heartbeat alone has left"
    with rig.client(storage, f"{container}-pool") as pool:
        held = [json.loads(pool.download_blob(name).readall()) for name in pool.list_blob_names() if ".json" in name]
    counts = [day["people"]["counts"] for each in held for day in each.get("days", {}).values()]
    assert sum(each["faces"] for each in counts) > PICTURES
    assert any("female" in each or "male" in each for each in counts)
    assert not any(name in each for each in counts for name in (*EMOTIONS, "newVisitors", "returningVisitors"))
    service.stop()
    (database,) = folder.glob("*.sqlite3")
    with closing(sqlite3.connect(database)) as rows:
        for table in ("templates", "sealed_faces", "remembered"):
            assert rows.execute(f"SELECT COUNT(*) FROM {table}").fetchone() == (0,)  # noqa: S608
