"""POST /face/v1.0/detect on real photographs."""

import io
from collections.abc import Iterator
from itertools import pairwise

import httpx
import pytest
from PIL import Image

from tests.face_api.pictures import DETECT, STREAM, detect, error_code

pytestmark = pytest.mark.usefixtures("service")


def test_faces_come_with_id_rectangle_and_what_was_asked_for_largest_first(
    client: httpx.Client, photographs: list[bytes]
) -> None:
    found = [detect(client, picture, returnFaceAttributes="age,gender,emotion") for picture in photographs]
    assert [len(faces) for faces in found] >= [3, 3, 3, 4, 5, 4][: len(found)]
    for faces in found:
        areas = [face["faceRectangle"]["width"] * face["faceRectangle"]["height"] for face in faces]
        assert all(one >= other for one, other in pairwise(areas))
        for face in faces:
            attributes = face["faceAttributes"]
            assert set(attributes) == {"age", "gender", "emotion"}
            assert 1 <= attributes["age"] <= 100
            assert attributes["gender"] in {"male", "female"}
            assert len(attributes["emotion"]) == 8
            assert sum(attributes["emotion"].values()) == pytest.approx(1, abs=0.01)
            assert len(face["faceId"]) == 36


def test_nothing_is_answered_that_was_not_asked_for(client: httpx.Client, photographs: list[bytes]) -> None:
    (face, *_) = detect(client, photographs[0], returnFaceId=False)
    assert set(face) == {"faceRectangle"}


def test_a_picture_without_people_has_no_faces(client: httpx.Client) -> None:
    grey = io.BytesIO()
    Image.effect_noise((640, 480), 60).convert("RGB").save(grey, "JPEG")
    assert detect(client, grey.getvalue()) == []


def test_a_chunked_stream_without_length_is_read(client: httpx.Client, photographs: list[bytes]) -> None:
    def chunks() -> Iterator[bytes]:
        for start in range(0, len(photographs[0]), 50_000):
            yield photographs[0][start : start + 50_000]

    response = client.post(DETECT, content=chunks(), headers=STREAM)
    assert response.status_code == 200
    assert len(response.json()) >= 3


def test_coordinates_are_those_of_the_picture_as_it_was_sent(client: httpx.Client, photographs: list[bytes]) -> None:
    with Image.open(io.BytesIO(photographs[0])) as picture:
        smaller, larger = io.BytesIO(), io.BytesIO()
        picture.resize((picture.width // 2, picture.height // 2)).save(smaller, "JPEG", quality=90)
        picture.resize((picture.width * 3 // 2, picture.height * 3 // 2)).save(larger, "JPEG", quality=80)
    small, large = (
        sorted(detect(client, sent.getvalue()), key=lambda face: int(face["faceRectangle"]["left"]))
        for sent in (smaller, larger)
    )
    for one, other in zip(small, large, strict=True):
        for side in ("left", "top", "width", "height"):
            assert one["faceRectangle"][side] * 3 == pytest.approx(other["faceRectangle"][side], abs=40)


@pytest.mark.parametrize(
    ("parameters", "status", "code"),
    [
        ({"returnFaceAttributes": "age,shoeSize"}, 400, "BadArgument"),
        ({"returnFaceAttributes": "hair"}, 403, "UnsupportedFeature"),
        ({"returnFaceAttributes": "age", "detectionModel": "detection_03"}, 400, "BadArgument"),
        ({"faceIdTimeToLive": "59"}, 400, "BadArgument"),
        ({"recognitionModel": "recognition_99"}, 400, "BadArgument"),
        ({"returnFaceId": "perhaps"}, 400, "BadArgument"),
    ],
)
def test_when_a_parameter_is_wrong_then_the_answer_says_so(
    client: httpx.Client, photographs: list[bytes], parameters: dict[str, str], status: int, code: str
) -> None:
    response = client.post(DETECT, content=photographs[0], headers=STREAM, params=parameters)
    assert response.status_code == status
    assert error_code(response) == code


@pytest.mark.parametrize(("left", "top"), [(0, 0), (850, 500), (1560, 840)])
def test_small_faces_are_found_once_anywhere_in_a_large_picture(
    client: httpx.Client, photographs: list[bytes], left: int, top: int
) -> None:
    canvas = Image.new("RGB", (1920, 1080), (96, 100, 104))
    with Image.open(io.BytesIO(photographs[5])) as photograph:
        scale = 42 / 237  # the faces are 230 to 247 pixels wide
        canvas.paste(photograph.convert("RGB").resize((round(1920 * scale), round(1537 * scale))), (left, top))
    sent = io.BytesIO()
    canvas.save(sent, "JPEG", quality=92)
    faces = detect(client, sent.getvalue())
    assert len(faces) == 4
    for face in faces:
        assert 36 <= face["faceRectangle"]["width"] <= 50
        assert left < face["faceRectangle"]["left"] < left + 340


def test_a_large_face_across_the_middle_is_found_once(client: httpx.Client, photographs: list[bytes]) -> None:
    with Image.open(io.BytesIO(photographs[5])) as photograph:
        near = photograph.convert("RGB").crop((560, 250, 1000, 750)).resize((1760, 2000)).crop((0, 200, 1760, 1280))
    sent = io.BytesIO()
    near.save(sent, "JPEG", quality=85)
    assert len(detect(client, sent.getvalue())) == 1
