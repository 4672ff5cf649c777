"""What a kill must not lose, and what expiry must leave nothing of."""

import signal
import threading
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from face_api.errors import Unavailable
from face_api.storage.sqlite import FILE_NAME, SqliteDatabase
from face_api.storage.sqlite_templates import SqliteTemplates
from face_api.storage.sweeper import Sweeper
from tests.face_api.pictures import detect
from tests.face_api.server import face_server
from tests.face_api.stores import MEMORY, NOON, Stores, face
from tests.face_api.traces import traces


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


def test_a_sweep_says_nothing_of_an_outage_which_the_probe_has_named_and_names_other_faults(tmp_path: Path) -> None:
    over = threading.Event()
    answers: list[Exception | None] = [None, Unavailable("away"), Unavailable("away"), RuntimeError("ours")]

    def forget() -> int:
        if not answers:
            over.set()
        elif answer := answers.pop(0):
            raise answer
        return 0

    database = SqliteDatabase(tmp_path)
    sweeper = Sweeper(database, [forget], 0.01)
    with capture_logs() as lines:
        sweeper.start()
        assert over.wait(30)
        sweeper.stop()
    database.close()

    assert [(line["event"], line["cause"]) for line in lines] == [("sweep failed", "RuntimeError")]


def test_the_store_forgets_by_itself_while_nobody_asks(tmp_path: Path, photographs: list[bytes]) -> None:
    with (
        face_server("--data", str(tmp_path), "--workers", "1", environment={"MEMORY_DAYS": "0.00003"}) as server,
        server.client() as client,
    ):
        ids = [one["faceId"] for one in detect(client, photographs[0])]
        body = {"observationId": "1", "seenAt": datetime.now(UTC).isoformat(), "camera": "cam-1", "faceIds": ids}
        assert client.post("/visitors/v1/shop/observe", json=body).status_code == 200
        deadline = time.monotonic() + 20
        while "face_api_templates 0.0" not in httpx.get(f"{server.url}/metrics").text:
            assert time.monotonic() < deadline
            time.sleep(0.2)


def observed(observation: str, ids: list[str]) -> dict[str, Any]:
    """The body of an observation."""
    return {"observationId": observation, "seenAt": "2026-05-04T10:00:00Z", "camera": "cam-1", "faceIds": ids}


def test_kill_9_loses_no_answer_that_was_given(tmp_path: Path, photographs: list[bytes]) -> None:
    answered: dict[str, list[str]] = {}
    with face_server("--data", str(tmp_path), "--workers", "1") as server:
        enough = threading.Event()

        def observe() -> None:
            with server.client() as own:
                for _ in range(500):
                    observation = uuid.uuid4().hex
                    try:
                        ids = [one["faceId"] for one in detect(own, photographs[0])]
                        response = own.post("/visitors/v1/shop/observe", json=observed(observation, ids))
                    except httpx.HTTPError:
                        return
                    answered[observation] = [one["visit"] for one in response.json()]
                    if len(answered) > 12:
                        enough.set()

        threads = [threading.Thread(target=observe) for _ in range(4)]
        for thread in threads:
            thread.start()
        assert enough.wait(30)
        assert server.stop(signal.SIGKILL) == -signal.SIGKILL
        for thread in threads:
            thread.join()
    with face_server("--data", str(tmp_path), "--workers", "1") as server, server.client() as client:
        ids = [one["faceId"] for one in detect(client, photographs[0])]
        for observation, visits in answered.items():
            response = client.post("/visitors/v1/shop/observe", json=observed(observation, ids))
            assert [one["visit"] for one in response.json()] == visits
        after = client.post("/visitors/v1/shop/observe", json=observed("after", ids)).json()
        assert {one["visit"] for one in after} == {"present"}
    assert (tmp_path / FILE_NAME).is_file()
