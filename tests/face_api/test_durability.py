"""What a kill must not lose, and what expiry must leave nothing of."""

import signal
import threading
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from face_api.storage.sqlite import FILE_NAME, SqliteDatabase
from face_api.storage.sqlite_templates import SqliteTemplates
from face_api.storage.sweeper import Sweeper
from tests.face_api.pictures import detect
from tests.face_api.server import face_server
from tests.face_api.stores import MEMORY, NOON, Stores, face


def traces(folder: Path, needle: bytes) -> list[str]:
    """The files of the folder that contain the bytes."""
    return [path.name for path in folder.iterdir() if needle in path.read_bytes()]


@pytest.mark.parametrize("people", [1, 60])
def test_expired_templates_are_gone_from_every_file(tmp_path: Path, people: int) -> None:
    database = SqliteDatabase(tmp_path)
    stores = Stores.over(database, lambda: SqliteTemplates(database))
    for person in range(people):
        stores.see("shop", str(person), NOON + person, face(person))
    needles = [face(person).to_bytes()[100:164] for person in range(people)]
    assert all(traces(tmp_path, needle) for needle in needles)
    stores.clock.time = NOON + MEMORY + people
    sweeper = Sweeper(database, [stores.face_ids.forget_expired, stores.visitors.forget_expired], 60)
    assert sweeper.sweep() > 0
    assert [traces(tmp_path, needle) for needle in needles] == [[]] * people
    assert stores.templates.count() == 0
    database.close()


def test_a_deleted_memory_is_gone_from_every_file(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path)
    stores = Stores.over(database, lambda: SqliteTemplates(database))
    stores.see("shop", "1", NOON, face(1))
    stores.clock.time += 90_000
    stores.face_ids.forget_expired()
    stores.visitors.forget("shop")
    assert traces(tmp_path, face(1).to_bytes()[100:164]) == []
    database.close()


def test_the_store_forgets_by_itself_while_nobody_asks(tmp_path: Path, photographs: list[bytes]) -> None:
    with (
        face_server("--data", str(tmp_path), "--workers", "1", environment={"MEMORY_DAYS": "0.00003"}) as server,
        server.client() as client,
    ):
        ids = [one["faceId"] for one in detect(client, photographs[0])]
        body = {"observationId": "1", "seenAt": datetime.now(UTC).isoformat(), "faceIds": ids}
        assert client.post("/visitors/v1/shop/observe", json=body).status_code == 200
        deadline = time.monotonic() + 20
        while "face_api_templates 0.0" not in httpx.get(f"{server.url}/metrics").text:
            assert time.monotonic() < deadline
            time.sleep(0.2)


def test_kill_9_loses_no_answer_that_was_given(tmp_path: Path, photographs: list[bytes]) -> None:
    answered: dict[str, list[str]] = {}
    with face_server("--data", str(tmp_path), "--workers", "1") as server, server.client() as client:
        ids = [one["faceId"] for one in detect(client, photographs[0])]
        enough = threading.Event()

        def observe() -> None:
            with server.client() as own:
                for _ in range(500):
                    observation = uuid.uuid4().hex
                    body = {"observationId": observation, "seenAt": "2026-05-04T10:00:00Z", "faceIds": ids}
                    try:
                        response = own.post("/visitors/v1/shop/observe", json=body)
                    except httpx.HTTPError:
                        return
                    answered[observation] = [one["visit"] for one in response.json()]
                    if len(answered) > 25:
                        enough.set()

        threads = [threading.Thread(target=observe) for _ in range(4)]
        for thread in threads:
            thread.start()
        assert enough.wait(30)
        assert server.stop(signal.SIGKILL) == -signal.SIGKILL
        for thread in threads:
            thread.join()
    with face_server("--data", str(tmp_path), "--workers", "1") as server, server.client() as client:
        for observation, visits in answered.items():
            body = {"observationId": observation, "seenAt": "2026-05-04T10:00:00Z", "faceIds": ids}
            response = client.post("/visitors/v1/shop/observe", json=body)
            assert [one["visit"] for one in response.json()] == visits
        body = {"observationId": "after", "seenAt": "2026-05-04T10:00:09Z", "faceIds": ids}
        assert {one["visit"] for one in client.post("/visitors/v1/shop/observe", json=body).json()} == {"present"}
    assert (tmp_path / FILE_NAME).is_file()
