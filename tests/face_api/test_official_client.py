"""Microsoft's own client, unmodified, against this service: only the endpoint differs."""

import io
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from azure.cognitiveservices.vision.face import FaceClient
from azure.cognitiveservices.vision.face.models import (
    APIErrorException,
    BlurLevel,
    ExposureLevel,
    FaceAttributeType,
    NoiseLevel,
    QualityForRecognition,
)
from msrest.authentication import CognitiveServicesCredentials
from PIL import Image

from tests.face_api.server import FaceServer


@contextmanager
def face_client(service: FaceServer, key: str) -> Iterator[Any]:
    """The client of PyPI's azure-cognitiveservices-vision-face."""
    with FaceClient(service.url, CognitiveServicesCredentials(key)) as client:  # type: ignore[no-untyped-call]
        yield client


@pytest.fixture
def official(service: FaceServer) -> Iterator[Any]:
    """Microsoft's client, with the right key."""
    with face_client(service, service.key) as client:
        yield client


@contextmanager
def refused(code: str, status: int | None = None) -> Iterator[None]:
    """The client must raise its own error with this code."""
    with pytest.raises(APIErrorException) as raised:
        yield
    error: Any = raised.value
    assert error.error.error.code == code
    assert status is None or error.response.status_code == status


@pytest.fixture
def group_picture(photographs: list[bytes]) -> bytes:
    """Three people."""
    return photographs[0]


@pytest.fixture
def same_people(group_picture: bytes) -> bytes:
    """The same three, as another camera might see them: smaller, darker, mirrored, compressed more."""
    with Image.open(io.BytesIO(group_picture)) as picture:
        other = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT).resize((1100, 733)).point(lambda value: value * 0.8)
        saved = io.BytesIO()
        other.save(saved, "JPEG", quality=70)
        return saved.getvalue()


def faces(official: Any, picture: bytes) -> list[Any]:
    """Faces from left to right."""
    found = official.face.detect_with_stream(io.BytesIO(picture))
    return sorted(found, key=lambda face: int(face.face_rectangle.left))


def test_detect_fills_the_clients_models(official: Any, group_picture: bytes) -> None:
    attributes = [
        FaceAttributeType.age,
        FaceAttributeType.gender,
        FaceAttributeType.emotion,
        FaceAttributeType.smile,
        FaceAttributeType.head_pose,
        FaceAttributeType.blur,
        FaceAttributeType.exposure,
        FaceAttributeType.noise,
        FaceAttributeType.quality_for_recognition,
    ]
    found = official.face.detect_with_stream(
        io.BytesIO(group_picture),
        return_face_landmarks=True,
        return_face_attributes=attributes,
        recognition_model="recognition_04",
        return_recognition_model=True,
        face_id_time_to_live=60,
    )
    assert len(found) >= 3
    for face in found:
        assert face.recognition_model == "recognition_04"
        marks, box, seen = face.face_landmarks, face.face_rectangle, face.face_attributes
        assert len([mark for mark in vars(marks).values() if hasattr(mark, "x")]) == 27
        assert marks.pupil_left.x < marks.pupil_right.x
        assert box.left < marks.nose_tip.x < box.left + box.width
        assert box.top < marks.nose_tip.y < box.top + box.height
        assert 0 <= seen.smile <= 1
        assert abs(seen.head_pose.yaw) < 90
        assert isinstance(seen.blur.blur_level, BlurLevel)
        assert isinstance(seen.exposure.exposure_level, ExposureLevel)
        assert isinstance(seen.noise.noise_level, NoiseLevel)
        assert isinstance(seen.quality_for_recognition, QualityForRecognition)


def test_find_similar_verify_and_group_know_people_again(
    official: Any, group_picture: bytes, same_people: bytes
) -> None:
    here, there = faces(official, group_picture), list(reversed(faces(official, same_people)))
    assert len(here) == len(there) == 3
    for place, face in enumerate(here):
        similar = official.face.find_similar(face.face_id, face_ids=[other.face_id for other in there])
        assert [one.face_id for one in similar][:1] == [there[place].face_id]
        assert similar[0].confidence >= 0.5
        assert official.face.verify_face_to_face(face.face_id, there[place].face_id).is_identical
    assert not official.face.verify_face_to_face(here[0].face_id, there[1].face_id).is_identical
    ranked = official.face.find_similar(
        here[0].face_id, face_ids=[other.face_id for other in there], mode="matchFace", max_num_of_candidates_returned=2
    )
    assert len(ranked) == 2
    result = official.face.group([face.face_id for face in here + there])
    pairs = {frozenset(group) for group in result.groups}
    assert pairs == {frozenset({one.face_id, other.face_id}) for one, other in zip(here, there, strict=True)}
    assert result.messy_group == []


def test_the_life_of_a_large_face_list(official: Any, group_picture: bytes, same_people: bytes) -> None:
    lists, list_id = official.large_face_list, f"guests-{uuid.uuid4().hex[:8]}"
    lists.create(list_id, name="Guests", user_data="of the house")
    assert lists.get(list_id).name == "Guests"
    with refused("LargeFaceListExists"):
        lists.create(list_id, name="Guests")

    here = faces(official, group_picture)
    added = []
    for face in here:
        box = face.face_rectangle
        added.append(
            lists.add_face_from_stream(
                list_id,
                io.BytesIO(group_picture),
                user_data=f"at {box.left}",
                target_face=[box.left, box.top, box.width, box.height],
            ).persisted_face_id
        )
    with refused("InvalidImage"):
        lists.add_face_from_stream(list_id, io.BytesIO(group_picture))
    with refused("LargeFaceListNotTrained"):
        lists.get_training_status(list_id)

    lists.train(list_id)
    status = lists.get_training_status(list_id)
    assert status.status == "succeeded"
    assert status.last_successful_training >= status.created
    seen_again = list(reversed(faces(official, same_people)))
    for place, face in enumerate(seen_again):
        similar = official.face.find_similar(face.face_id, large_face_list_id=list_id)
        assert [one.persisted_face_id for one in similar][:1] == [added[place]]

    assert sorted(face.persisted_face_id for face in lists.list_faces(list_id)) == sorted(added)
    lists.update_face(list_id, added[0], user_data="changed")
    assert lists.get_face(list_id, added[0]).user_data == "changed"
    lists.delete_face(list_id, added[0])
    assert not official.face.find_similar(seen_again[0].face_id, large_face_list_id=list_id)
    lists.update(list_id, name="Former guests")
    assert list_id in [one.large_face_list_id for one in lists.list(top=1000)]
    lists.delete(list_id)
    with refused("LargeFaceListNotFound"):
        lists.get(list_id)


def test_a_large_list_finds_faces_added_since_only_after_training_again(official: Any, group_picture: bytes) -> None:
    lists, list_id = official.large_face_list, f"late-{uuid.uuid4().hex[:8]}"
    lists.create(list_id, name="Late")
    lists.train(list_id)
    face = faces(official, group_picture)[0]
    box = face.face_rectangle
    lists.add_face_from_stream(
        list_id, io.BytesIO(group_picture), target_face=[box.left, box.top, box.width, box.height]
    )
    assert official.face.find_similar(face.face_id, large_face_list_id=list_id) == []
    lists.train(list_id)
    assert len(official.face.find_similar(face.face_id, large_face_list_id=list_id)) == 1
    lists.delete(list_id)


def test_the_life_of_a_face_list(official: Any, group_picture: bytes) -> None:
    lists, list_id = official.face_list, f"small-{uuid.uuid4().hex[:8]}"
    lists.create(list_id, name="Small", recognition_model="recognition_04")
    face = official.face.detect_with_stream(io.BytesIO(group_picture), recognition_model="recognition_04")[0]
    box = face.face_rectangle
    added = lists.add_face_from_stream(
        list_id, io.BytesIO(group_picture), target_face=[box.left, box.top, box.width, box.height], user_data="first"
    )
    kept = lists.get(list_id, return_recognition_model=True)
    assert kept.recognition_model == "recognition_04"
    assert [(one.persisted_face_id, one.user_data) for one in kept.persisted_faces] == [
        (added.persisted_face_id, "first")
    ]
    (similar,) = official.face.find_similar(face.face_id, face_list_id=list_id)
    assert similar.persisted_face_id == added.persisted_face_id
    assert similar.confidence > 0.99
    with refused("BadArgument"):
        official.face.find_similar(
            official.face.detect_with_stream(io.BytesIO(group_picture))[0].face_id, face_list_id=list_id
        )
    lists.update(list_id, name="Smaller")
    assert list_id in [one.face_list_id for one in lists.list()]
    lists.delete_face(list_id, added.persisted_face_id)
    lists.delete(list_id)
    with refused("FaceListNotFound"):
        lists.get(list_id)


def test_what_is_not_offered_says_so_to_the_client(official: Any, group_picture: bytes) -> None:
    face_id = faces(official, group_picture)[0].face_id
    calls: list[Callable[[], Any]] = [
        lambda: official.face.identify([face_id], person_group_id="people"),
        lambda: official.face.verify_face_to_person(face_id, str(uuid.uuid4()), person_group_id="people"),
        lambda: official.face.detect_with_stream(io.BytesIO(group_picture), return_face_attributes=["glasses"]),
    ]
    for call in calls:
        with refused("UnsupportedFeature", status=403):
            call()


def test_a_wrong_key_is_an_error_with_code_401(service: FaceServer, group_picture: bytes) -> None:
    with face_client(service, "wrong") as client, refused("401", status=401):
        client.face.detect_with_stream(io.BytesIO(group_picture))


def test_pictures_by_url_are_off(official: Any) -> None:
    with refused("InvalidURL"):
        official.face.detect_with_url("http://127.0.0.1/a.jpg")
