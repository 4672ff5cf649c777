"""Forgetting is true: what is forgotten is in no byte of the files, and no face id answers for it."""

import io
import time
import uuid
from pathlib import Path

import httpx
import psycopg
import pytest
from PIL import Image

from face_api.errors import CannotStart, FaceNotFound
from face_api.memory.records import ANSWER_SECONDS
from face_api.memory.visitors import Occasion
from face_api.memory.visits import Sighting
from face_api.storage.postgres import PostgresDatabase
from face_api.storage.postgres_templates import PostgresTemplates
from face_api.storage.sqlite import SqliteDatabase
from tests.face_api.pictures import DETECT, STREAM, detect, error_code
from tests.face_api.postgres import folder_of
from tests.face_api.server import FaceServer, face_server
from tests.face_api.stores import GAP, MEMORY, MOST, NOON, Stores, face
from tests.face_api.traces import looks_of, traces

PEOPLE = 12
_SECONDS = 60.0


def secrets_of(stores: Stores) -> dict[int, list[bytes]]:
    """For each of PEOPLE what would give their template away: its own bytes, or the key under which it is sealed."""
    if isinstance(stores.database, SqliteDatabase):
        return {person: looks_of(face(person)) for person in range(PEOPLE)}
    with stores.database.transaction() as transaction:
        rows = transaction.execute("SELECT key FROM visitor_keys JOIN remembered USING (visitor) ORDER BY visits")
    assert len(rows) == PEOPLE
    return {person: [bytes(key)] for person, (key,) in enumerate(rows)}


def crowd(stores: Stores) -> dict[int, list[bytes]]:
    """Lets the memory see PEOPLE, one after another; what would give each away."""
    for person in range(PEOPLE):
        stores.see("shop", f"o{person}", NOON + person, face(person))
        stores.see("shop", f"p{person}", NOON + person, face(person, turned=0.6))
    if isinstance(stores.database, PostgresDatabase):
        lay_down(stores)
    return secrets_of(stores)


def lay_down(stores: Stores) -> None:
    """Have PostgreSQL write its tables: in its log alone, a page's end may part a key in two, which no search finds."""
    with psycopg.connect(f"postgresql://postgres@/postgres?host={stores.folder}", autocommit=True) as connection:
        connection.execute("CHECKPOINT")


def left(stores: Stores, secrets: list[bytes]) -> list[str]:
    """The files in which any of these can be found."""
    assert stores.folder
    return [name for secret in secrets for name in traces(stores.folder, secret)]


def test_after_everybody_is_forgotten_no_file_gives_a_template_away_and_no_face_id_answers(stores: Stores) -> None:
    secrets = crowd(stores)
    assert all(left(stores, one) for one in secrets.values())
    waiting = stores.face_ids.add([face(1)], "recognition_01", 86400)
    assert stores.visitors.forget("shop") == PEOPLE
    stores.visitors.forget_expired()
    assert [left(stores, one) for one in secrets.values()] == [[]] * PEOPLE
    assert stores.templates.count() == 0
    with pytest.raises(FaceNotFound):
        stores.face_ids.get(waiting)


def test_one_persons_forgetting_takes_them_and_leaves_the_others(stores: Stores) -> None:
    secrets = crowd(stores)
    waiting = stores.face_ids.add([face(3)], "recognition_01", 86400)
    assert stores.visitors.forget_person("shop", face(3, turned=0.3)) == 1
    stores.visitors.forget_expired()
    assert [left(stores, secrets[person]) != [] for person in range(PEOPLE)] == [n != 3 for n in range(PEOPLE)]
    with pytest.raises(FaceNotFound):
        stores.face_ids.get(waiting)
    assert stores.see("shop", "q", NOON + GAP, face(4)) == [Sighting("present", first_at_camera=False)]
    assert stores.see("shop", "r", NOON + GAP, face(3)) == [Sighting("new", first_at_camera=True)]


def test_a_visitor_who_is_forgotten_by_time_is_gone_from_the_files(stores: Stores) -> None:
    secrets = crowd(stores)
    late = stores.clock.time = NOON + MEMORY - GAP - 1  # an hour early at most: times are kept by visit gaps
    stores.see("shop", "again", late, face(5))
    stores.clock.time = NOON + MEMORY + PEOPLE
    for _ in range(2):
        stores.visitors.forget_expired()
    assert [left(stores, secrets[person]) != [] for person in range(PEOPLE)] == [n == 5 for n in range(PEOPLE)]


def test_a_regular_is_forgotten_after_the_most_days_however_often_they_come(stores: Stores) -> None:
    kinds = []
    for day in range(100):
        stores.clock.time = NOON + day * 86400
        kinds.append(stores.see("shop", f"d{day}", stores.clock.time, face(1))[0].visit)
        stores.visitors.forget_expired()
    most = int(MOST / 86400)
    assert kinds == ["new"] + ["returning"] * (most - 1) + ["new"] + ["returning"] * (99 - most)


def test_answers_are_kept_for_a_day_and_name_no_face_id(stores: Stores) -> None:
    ids = stores.face_ids.add([face(1)], "recognition_01", 60)
    stores.visitors.observe(Occasion("shop", "1", NOON, "door"), ids)
    assert stores.folder
    assert traces(stores.folder, ids[0].encode()) == []
    stores.clock.time += ANSWER_SECONDS
    stores.visitors.forget_expired()
    with stores.database.transaction() as transaction:
        assert transaction.execute("SELECT * FROM answers") == []


def test_under_a_face_id_the_files_hold_nothing_that_can_be_read_without_it(stores: Stores) -> None:
    stores.face_ids.add([face(1)], "recognition_01", 86400)
    assert left(stores, looks_of(face(1))) == []


def test_on_postgresql_no_template_is_ever_in_the_files_as_it_is(postgres_dsn: str) -> None:
    database = PostgresDatabase(postgres_dsn)
    stores = Stores.over(database, lambda: PostgresTemplates(database), folder_of(postgres_dsn))
    stores.see(f"m{uuid.uuid4().hex[:8]}", "1", NOON, face(71))
    assert left(stores, looks_of(face(71))) == []
    database.close()


def test_a_replica_takes_what_another_has_forgotten_out_of_its_own_memory(postgres_dsn: str) -> None:
    here, there = PostgresDatabase(postgres_dsn), PostgresDatabase(postgres_dsn)
    one = Stores.over(here, lambda: PostgresTemplates(here))
    other = Stores.over(there, lambda: PostgresTemplates(there))
    memory = f"m{uuid.uuid4().hex[:8]}"
    one.see(memory, "1", NOON, face(81), face(82))
    other.see(memory, "2", NOON, face(81))
    one.visitors.forget(memory)
    assert isinstance(other.templates, PostgresTemplates)
    assert memory in other.templates._memories
    other.visitors.forget_expired()
    assert memory not in other.templates._memories
    here.close()
    there.close()


def test_a_server_or_role_that_could_not_erase_is_refused_by_name(postgres_dsn: str) -> None:
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS powerless")
        connection.execute("CREATE ROLE powerless LOGIN")
    recycling = f"{postgres_dsn}&options=-c%20wal_recycle%3Don"
    powerless = postgres_dsn.replace("postgres@", "powerless@")
    for dsn, said in ((recycling, "set wal_recycle=off"), (powerless, "grant pg_checkpoint")):
        with pytest.raises(CannotStart, match=said):
            PostgresDatabase(dsn)


def only_person(picture: bytes, client: httpx.Client) -> bytes:
    """A picture of the largest face of a picture, alone."""
    box = detect(client, picture, returnFaceId=False)[0]["faceRectangle"]
    left, top, side = box["left"], box["top"], box["width"]
    with Image.open(io.BytesIO(picture)) as whole:
        around = whole.crop((left - side // 2, top - side // 2, left + side * 3 // 2, top + side * 2)).convert("RGB")
    saved = io.BytesIO()
    around.save(saved, "JPEG", quality=95)
    return saved.getvalue()


def observe(client: httpx.Client, memory: str, picture: bytes) -> list[str]:
    """What each face of the picture is to the memory."""
    ids = [one["faceId"] for one in detect(client, picture)]
    body = {"observationId": uuid.uuid4().hex, "seenAt": "2026-05-04T10:00:00Z", "camera": "door", "faceIds": ids}
    response = client.post(f"/visitors/v1/{memory}/observe", json=body)
    assert response.status_code == 200, response.text
    return [one["visit"] for one in response.json()]


def test_whose_picture_is_brought_along_is_forgotten_and_nothing_is_kept_of_it(
    service: FaceServer, client: httpx.Client, photographs: list[bytes]
) -> None:
    memory = f"m{uuid.uuid4().hex[:8]}"
    alone, before = only_person(photographs[0], client), templates(service)
    assert set(observe(client, memory, photographs[0])) == {"new"}
    waiting = detect(client, alone)[0]["faceId"]
    kept = templates(service)
    answer = client.post(f"/visitors/v1/{memory}/forget", content=alone, headers=STREAM)
    assert (answer.status_code, answer.json()) == (200, {"forgotten": 1})
    assert before < templates(service) == kept - 1
    again = client.post("/face/v1.0/verify", json={"faceId1": waiting, "faceId2": waiting})
    assert error_code(again) == "FaceNotFound"
    visits = observe(client, memory, photographs[0])
    assert (visits[0], set(visits[1:])) == ("new", {"present"})
    client.delete(f"/visitors/v1/{memory}")


def templates(service: FaceServer) -> float:
    """How many the service keeps."""
    lines = httpx.get(f"{service.url}/metrics").text.splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("face_api_templates "))


def test_a_picture_of_several_or_of_nobody_forgets_nobody(client: httpx.Client, photographs: list[bytes]) -> None:
    grey = io.BytesIO()
    Image.effect_noise((640, 480), 20).save(grey, "PNG")
    for picture in (photographs[0], grey.getvalue()):
        answer = client.post("/visitors/v1/shop/forget", content=picture, headers=STREAM)
        assert (answer.status_code, error_code(answer)) == (400, "InvalidImage")


def test_erasing_has_a_key_of_its_own(tmp_path: Path, photographs: list[bytes]) -> None:
    environment = {"FACE_API_ERASING_KEY": "a-key-to-erase"}
    with (
        face_server("--data", str(tmp_path / "d"), "--workers", "1", environment=environment) as server,
        server.client() as caller,
        server.client("a-key-to-erase") as eraser,
    ):
        observe(caller, "shop", photographs[0])
        for method, path in (("DELETE", "/visitors/v1/shop"), ("POST", "/visitors/v1/shop/forget")):
            assert caller.request(method, path).status_code == 401
        assert eraser.post(DETECT, content=photographs[0], headers=STREAM).status_code == 401
        assert eraser.delete("/visitors/v1/shop").json()["forgotten"] > 0


def test_only_the_calls_that_are_listed_are_served(tmp_path: Path, photographs: list[bytes]) -> None:
    environment = {"FACE_API_CALLS": "detect, visitors"}
    with (
        face_server("--data", str(tmp_path / "d"), "--workers", "1", environment=environment) as server,
        server.client() as client,
    ):
        assert set(observe(client, "shop", photographs[0])) == {"new"}
        for method, path in (
            ("PUT", "/face/v1.0/facelists/watch"),
            ("PUT", "/face/v1.0/largefacelists/watch"),
            ("POST", "/face/v1.0/findsimilars"),
            ("POST", "/face/v1.0/verify"),
        ):
            answer = client.request(method, path, json={"name": "watch"})
            assert (answer.status_code, error_code(answer)) == (404, "NotFound")


def test_of_who_looks_too_young_nothing_is_kept_or_said(tmp_path: Path, photographs: list[bytes]) -> None:
    with face_server("--data", str(tmp_path / "d"), "--workers", "1", environment={"LEAST_AGE": "100"}) as server:
        with server.client() as client:
            faces = detect(client, photographs[0], returnFaceAttributes="age,gender,emotion,headPose")
            assert faces
            assert [set(one) for one in faces] == [{"faceId", "faceRectangle"}] * len(faces)
            assert set(observe(client, "shop", photographs[0])) == {"unknown"}
            client.put("/face/v1.0/facelists/list", json={"name": "list"})
            target = ",".join(str(faces[0]["faceRectangle"][side]) for side in ("left", "top", "width", "height"))
            path = "/face/v1.0/facelists/list/persistedfaces"
            added = client.post(path, content=photographs[0], headers=STREAM, params={"targetFace": target})
            assert (added.status_code, error_code(added)) == (400, "InvalidImage")
        assert templates(server) == 0


def test_the_service_erases_on_postgresql_by_itself_within_minutes(postgres_dsn: str, photographs: list[bytes]) -> None:
    memory, folder = f"m{uuid.uuid4().hex[:8]}", folder_of(postgres_dsn)
    # Swept every 3 s, as the memory's time is 60.
    environment = {"FACE_API_DATABASE": postgres_dsn, "MEMORY_DAYS": str(60 / 86400)}
    with face_server("--workers", "1", environment=environment) as server, server.client() as client:
        observe(client, memory, photographs[0])
        with psycopg.connect(postgres_dsn) as connection:
            rows = connection.execute(
                "SELECT key FROM visitor_keys JOIN remembered USING (visitor) WHERE memory = %s", [memory]
            ).fetchall()
        assert rows
        assert all(traces(folder, bytes(key)) for (key,) in rows)
        client.delete(f"/visitors/v1/{memory}")
        deadline = time.monotonic() + _SECONDS
        while any(traces(folder, bytes(key)) for (key,) in rows):
            assert time.monotonic() < deadline, "keys are still in the files"
