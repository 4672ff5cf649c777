"""A drop-in to the letter: requests as Microsoft's clients and quickstarts write them, in whatever case."""

import resource
import time
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from face_api.serving.spelling import as_contract, parameters_as_contract
from tests.face_api.pictures import DETECT, STREAM, detect, error_code
from tests.face_api.server import FaceServer, face_server

_SECONDS = 30.0


def test_attributes_are_taken_as_the_net_sdk_and_the_quickstarts_write_them(
    client: httpx.Client, photographs: list[bytes]
) -> None:
    """The .NET SDK joins the names of an enum; Microsoft's JavaScript quickstart writes capitals."""
    names = "Age,Gender,HeadPose,Smile,Emotion,Blur,Exposure,Noise,QualityForRecognition"
    faces = detect(client, photographs[0], returnFaceAttributes=names, recognitionModel="Recognition_04")
    assert set(faces[0]["faceAttributes"]) == {name[0].lower() + name[1:] for name in names.split(",")}
    refused = client.post(
        DETECT, params={"returnFaceAttributes": "Accessories"}, content=photographs[0], headers=STREAM
    )
    assert (refused.status_code, error_code(refused)) == (403, "UnsupportedFeature")


@pytest.mark.parametrize("path", ["/face/v1.0/Detect", "/Face/V1.0/detect", "/FACE/v1.0/DETECT"])
def test_paths_are_taken_in_any_case(client: httpx.Client, photographs: list[bytes], path: str) -> None:
    answer = client.post(path, params={"ReturnFaceID": "False"}, content=photographs[0], headers=STREAM)
    assert answer.status_code == 200
    assert set(answer.json()[0]) == {"faceRectangle"}


def test_persisted_faces_are_added_and_searched_as_cognitive_face_writes_it(
    client: httpx.Client, photographs: list[bytes]
) -> None:
    face = detect(client, photographs[0])[0]
    box = face["faceRectangle"]
    target = f"{box['left']},{box['top']},{box['width']},{box['height']}"
    lists = "/face/v1.0/faceLists/drop-in"
    assert client.put(lists, json={"name": "drop-in"}).status_code == 200
    added = client.post(
        f"{lists}/persistedFaces",
        params={"userdata": "Kept As It Is", "targetFace": target},
        content=photographs[0],
        headers=STREAM,
    )
    assert added.status_code == 200, added.text
    (kept,) = client.get(lists).json()["persistedFaces"]
    assert kept == {**added.json(), "userData": "Kept As It Is"}
    found = client.post("/face/v1.0/findSimilars", json={"faceId": face["faceId"], "faceListId": "drop-in"})
    assert found.json()[0]["persistedFaceId"] == kept["persistedFaceId"]
    gone = client.delete(f"{lists}/persistedFaces/{kept['persistedFaceId']}")
    assert gone.status_code == 200
    client.delete(lists)


def test_a_lists_id_stays_as_it_is_written(client: httpx.Client) -> None:
    answer = client.put("/face/v1.0/facelists/DROP", json={"name": "x"})
    assert (answer.status_code, error_code(answer)) == (400, "BadArgument")


def test_the_key_may_be_a_parameter(service: FaceServer) -> None:
    for name in ("subscription-key", "Subscription-Key"):
        assert httpx.get(f"{service.url}/face/v1.0/facelists", params={name: service.key}).status_code == 200
        assert httpx.get(f"{service.url}/face/v1.0/facelists", params={name: "wrong"}).status_code == 401
    twice = f"subscription-key={service.key}&subscription-key={service.key}"
    assert httpx.get(f"{service.url}/face/v1.0/facelists?{twice}").status_code == 401
    wrong = {"Ocp-Apim-Subscription-Key": "wrong"}
    right = {"subscription-key": service.key}
    assert httpx.get(f"{service.url}/face/v1.0/facelists", params=right, headers=wrong).status_code == 401


@pytest.mark.parametrize("version", ["v1.1-preview.1", "v1.2", "V2.0", "v1.0-preview"])
def test_other_versions_are_answered_in_the_contracts_words(client: httpx.Client, version: str) -> None:
    answer = client.post(f"/face/{version}/detect")
    assert (answer.status_code, error_code(answer)) == (404, "404")
    assert "v1.0" in answer.json()["error"]["message"]


def test_a_store_that_cant_be_written_is_not_ready_and_said_once(tmp_path: Path) -> None:
    def until(status: int) -> None:
        deadline = time.monotonic() + _SECONDS
        while httpx.get(f"{server.url}/ready", timeout=10).status_code != status:
            assert time.monotonic() < deadline

    with face_server("--data", str(tmp_path / "d"), "--workers", "1") as server:
        until(200)
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        until(503)
        assert httpx.get(f"{server.url}/status").status_code == 200
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        until(200)
        assert server.stop() == 0
    said = [line for line in server.lines if '"store can' in line]
    assert ["store can't be written" in line for line in said] == [True, False]


@given(st.text(max_size=80))
def test_no_path_is_shortened_or_made_longer(text: str) -> None:
    path = f"/face/{text}"
    assert as_contract(path).count("/") == path.count("/")
    assert as_contract(as_contract(path)) == as_contract(path)


@given(st.binary(max_size=80))
def test_no_value_of_a_parameter_is_changed(query: bytes) -> None:
    def values(whole: bytes) -> list[bytes]:
        return [part.partition(b"=")[2] for part in whole.split(b"&")]

    assert values(parameters_as_contract(query)) == values(query)
