"""The visitor memory over HTTP, with real faces."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.face_api.pictures import detect, error_code

START = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)


def observe(
    client: httpx.Client, memory: str, face_ids: list[str], seconds: float = 0, observation: str | None = None
) -> list[dict[str, Any]]:
    """The memory's answer about faces seen some seconds after the start."""
    response = client.post(
        f"/visitors/v1/{memory}/observe",
        json={
            "observationId": observation or uuid.uuid4().hex,
            "seenAt": (START + timedelta(seconds=seconds)).isoformat(),
            "faceIds": face_ids,
        },
    )
    assert response.status_code == 200, response.text
    answer: list[dict[str, Any]] = response.json()
    assert [face["faceId"] for face in answer] == face_ids
    return answer


@pytest.fixture
def memory() -> str:
    """A memory of the test's own."""
    return f"m{uuid.uuid4().hex[:8]}"


def face_ids(client: httpx.Client, picture: bytes) -> list[str]:
    """Ids of the faces of a picture, detected anew."""
    return [face["faceId"] for face in detect(client, picture)]


def test_a_visitor_is_new_then_present_then_returning(
    client: httpx.Client, photographs: list[bytes], memory: str
) -> None:
    kinds = []
    for seconds in (0, 20, 3600 * 3):
        answer = observe(client, memory, face_ids(client, photographs[0]), seconds)
        kinds.append({(face["visit"], face["visits"], face["dwellSeconds"]) for face in answer})
    assert kinds == [{("new", 1, 0)}, {("present", 1, 20)}, {("returning", 2, 0)}]


def test_different_people_are_different_visitors(client: httpx.Client, photographs: list[bytes], memory: str) -> None:
    for picture in (photographs[0], photographs[1]):
        assert {face["visit"] for face in observe(client, memory, face_ids(client, picture))} == {"new"}


def test_the_same_observation_answers_the_same_again_also_with_faces_detected_anew(
    client: httpx.Client, photographs: list[bytes], memory: str
) -> None:
    first = face_ids(client, photographs[0])
    answer = observe(client, memory, first, observation="one")
    assert observe(client, memory, first, seconds=30, observation="one") == answer
    again = observe(client, memory, face_ids(client, photographs[0]), seconds=30, observation="one")
    assert [face["visit"] for face in again] == ["new"] * len(first)
    assert {face["visit"] for face in observe(client, memory, first, seconds=30)} == {"present"}


def test_memories_know_nothing_of_each_other(client: httpx.Client, photographs: list[bytes], memory: str) -> None:
    ids = face_ids(client, photographs[0])
    observe(client, memory, ids)
    assert {face["visit"] for face in observe(client, f"{memory}-b", ids)} == {"new"}


def test_a_memory_that_was_deleted_knows_nobody(client: httpx.Client, photographs: list[bytes], memory: str) -> None:
    ids = face_ids(client, photographs[0])
    observe(client, memory, ids)
    assert client.delete(f"/visitors/v1/{memory}").json() == {"forgotten": len(ids)}
    assert {face["visit"] for face in observe(client, memory, ids)} == {"new"}


def test_a_face_too_small_to_remember_is_unknown(client: httpx.Client, photographs: list[bytes], memory: str) -> None:
    import io

    from PIL import Image

    with Image.open(io.BytesIO(photographs[0])) as picture:
        picture.thumbnail((320, 320))
        small = io.BytesIO()
        picture.save(small, "PNG")
    found = detect(client, small.getvalue())
    assert found
    assert all(face["faceRectangle"]["width"] < 36 for face in found)
    for _ in range(2):
        answer = observe(client, memory, [face["faceId"] for face in found])
        assert {(face["visit"], face["visits"], face["dwellSeconds"]) for face in answer} == {("unknown", 0, 0)}


def test_when_a_face_id_is_unknown_then_404(client: httpx.Client, memory: str) -> None:
    body = {"observationId": "x", "seenAt": START.isoformat(), "faceIds": [str(uuid.uuid4())]}
    response = client.post(f"/visitors/v1/{memory}/observe", json=body)
    assert response.status_code == 404
    assert error_code(response) == "FaceNotFound"


@pytest.mark.parametrize(
    "change",
    [
        {"seenAt": "2026-05-04T10:00:00"},
        {"seenAt": "yesterday"},
        {"faceIds": ["no-uuid"]},
        {"faceIds": ["4c6a4a86-2c2b-4f0e-9d5a-0c8c1f0e7f10"] * 2},
        {"observationId": ""},
        {"more": 1},
    ],
)
def test_when_the_body_is_wrong_then_bad_argument(client: httpx.Client, memory: str, change: dict[str, Any]) -> None:
    body = {"observationId": "x", "seenAt": START.isoformat(), "faceIds": [], **change}
    response = client.post(f"/visitors/v1/{memory}/observe", json=body)
    assert response.status_code == 400
    assert error_code(response) == "BadArgument"
