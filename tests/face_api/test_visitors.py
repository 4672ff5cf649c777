"""The visitor memory over HTTP, with real faces."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.face_api.pictures import detect, error_code

START = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)


def observe(
    client: httpx.Client,
    memory: str,
    face_ids: list[str],
    seconds: float = 0,
    *,
    observation: str | None = None,
    camera: str = "cam-1",
) -> list[dict[str, Any]]:
    """The memory's answer about faces seen some seconds after the start."""
    response = client.post(
        f"/visitors/v1/{memory}/observe",
        json={
            "observationId": observation or uuid.uuid4().hex,
            "seenAt": (START + timedelta(seconds=seconds)).isoformat(),
            "camera": camera,
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
        kinds.append({(face["visit"], face["firstAtCamera"]) for face in answer})
    assert kinds == [{("new", True)}, {("present", False)}, {("returning", True)}]


def test_a_visitor_seen_by_two_cameras_is_one_visitor_who_is_first_at_each(
    client: httpx.Client, photographs: list[bytes], memory: str
) -> None:
    there = [
        observe(client, memory, face_ids(client, photographs[0]), seconds, camera=camera)
        for seconds, camera in enumerate(["door", "display"])
    ]
    assert [{face["visit"] for face in answer} for answer in there] == [{"new"}, {"present"}]
    assert all(face["firstAtCamera"] for answer in there for face in answer)
    assert set(there[0][0]) == {"faceId", "visit", "firstAtCamera"}


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
    later = observe(client, memory, face_ids(client, photographs[0]), seconds=30)
    assert {face["visit"] for face in later} == {"present"}


def test_an_observation_uses_the_face_ids_up(client: httpx.Client, photographs: list[bytes], memory: str) -> None:
    ids = face_ids(client, photographs[0])
    observe(client, memory, ids)
    again = client.post("/face/v1.0/verify", json={"faceId1": ids[0], "faceId2": ids[0]})
    assert (again.status_code, error_code(again)) == (404, "FaceNotFound")


def test_memories_know_nothing_of_each_other(client: httpx.Client, photographs: list[bytes], memory: str) -> None:
    observe(client, memory, face_ids(client, photographs[0]))
    there = observe(client, f"{memory}-b", face_ids(client, photographs[0]))
    assert {face["visit"] for face in there} == {"new"}


def test_a_memory_that_was_deleted_knows_nobody(client: httpx.Client, photographs: list[bytes], memory: str) -> None:
    ids = face_ids(client, photographs[0])
    observe(client, memory, ids)
    assert client.delete(f"/visitors/v1/{memory}").json() == {"forgotten": len(ids)}
    assert {face["visit"] for face in observe(client, memory, face_ids(client, photographs[0]))} == {"new"}


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
    for faces in (found, detect(client, small.getvalue())):
        answer = observe(client, memory, [face["faceId"] for face in faces])
        assert {(face["visit"], face["firstAtCamera"]) for face in answer} == {("unknown", False)}


def test_when_a_face_id_is_unknown_then_404(client: httpx.Client, memory: str) -> None:
    body = {"observationId": "x", "seenAt": START.isoformat(), "camera": "cam-1", "faceIds": [str(uuid.uuid4())]}
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
        {"camera": "Cam 1"},
        {"camera": None},
        {"more": 1},
    ],
)
def test_when_the_body_is_wrong_then_bad_argument(client: httpx.Client, memory: str, change: dict[str, Any]) -> None:
    body = {"observationId": "x", "seenAt": START.isoformat(), "camera": "cam-1", "faceIds": [], **change}
    response = client.post(f"/visitors/v1/{memory}/observe", json=body)
    assert response.status_code == 400
    assert error_code(response) == "BadArgument"
