"""Faces on the sample photographs: each is found, lies where it should, and the mesh agrees."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vision.boxes import Array, iou
from vision.face_detector import DetectedFace, FaceDetector
from vision.face_mesh import FaceMeshModel

WEIGHTS = Path(__file__).resolve().parents[2] / "models" / "weights"
FACES = (3, 3, 3, 4, 5, 4)
"""How many people each photograph shows, counted by eye."""


@pytest.fixture(scope="module")
def photographs(photograph_files: list[Path]) -> list[Image.Image]:
    return [Image.open(file).convert("RGB") for file in photograph_files]


@pytest.fixture(scope="module")
def detector() -> FaceDetector:
    return FaceDetector(WEIGHTS / "face_detector.tflite")


@pytest.fixture(scope="module")
def mesh() -> FaceMeshModel:
    return FaceMeshModel(WEIGHTS / "face_mesh.tflite")


def test_every_face_of_the_photographs_is_found_once(photographs: list[Image.Image], detector: FaceDetector) -> None:
    assert tuple(len(detector.detect(photograph)) for photograph in photographs) == FACES


def test_key_points_lie_in_the_box_and_eyes_above_mouth(photographs: list[Image.Image], detector: FaceDetector) -> None:
    for face in detector.detect(photographs[5]):
        right_eye, left_eye, nose, mouth = face.keypoints[:4]
        for point in face.keypoints[:4]:
            assert face.box.x1 < point.x < face.box.x2
            assert face.box.y1 < point.y < face.box.y2
        assert max(right_eye.y, left_eye.y) < nose.y < mouth.y
        assert right_eye.x < left_eye.x


def test_when_the_same_people_stand_in_a_taller_picture_they_are_found_in_their_place(
    photographs: list[Image.Image], detector: FaceDetector
) -> None:
    picture = photographs[5]
    tall = Image.new("RGB", (picture.width, picture.height * 2))
    tall.paste(picture, (0, picture.height))
    moved = np.array([face.box.array() for face in detector.detect(tall)])
    for face in detector.detect(picture):
        below = np.array([0, picture.height, 0, picture.height])
        assert iou(face.box.array() + below, moved).max() > 0.7


def test_the_mesh_is_sure_of_faces_and_lies_on_them(
    photographs: list[Image.Image], detector: FaceDetector, mesh: FaceMeshModel
) -> None:
    for photograph in (photographs[0], *photographs[2:]):  # the second shows one woman in full profile
        for face in detector.detect(photograph):
            fitted = mesh.fit(photograph, face)
            assert fitted.presence > 0.9
            assert fitted.points.shape == (468, 3)
            assert _distance_of_eyes(fitted.points, face) < 0.12 * face.box.width


def test_the_mesh_rejects_what_is_no_face(
    photographs: list[Image.Image], detector: FaceDetector, mesh: FaceMeshModel
) -> None:
    face = detector.detect(photographs[5])[0]
    empty = Image.new("RGB", photographs[5].size, (150, 140, 130))
    for nothing in (empty, photographs[5].rotate(180)):
        assert mesh.fit(nothing, face).presence < 0.5


@pytest.mark.parametrize("size", [(1, 1), (5, 2000), (2000, 5), (37, 36)])
def test_pictures_of_odd_sizes_have_no_faces_but_raise_nothing(size: tuple[int, int], detector: FaceDetector) -> None:
    assert detector.detect(Image.new("RGB", size, (128, 128, 128))) == []


def _distance_of_eyes(points: Array, face: DetectedFace) -> float:
    """How far the mesh's eyes (corners 33, 133 and 362, 263) are from the detector's, on average, in pixels."""
    right, left = points[[33, 133], :2].mean(0), points[[362, 263], :2].mean(0)
    return float(np.hypot(*(right - face.keypoints[0])) + np.hypot(*(left - face.keypoints[1]))) / 2
