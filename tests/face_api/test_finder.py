"""Faces are found once each, whatever the size of the picture and of the faces in it."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from face_api.faces.finder import FaceFinder, looks
from vision.boxes import iou

WEIGHTS = Path(__file__).resolve().parents[2] / "models" / "weights"
WIDTH_OF_FACES = 237
"""Pixels: the four faces of the last photograph are 230 to 247 wide."""


@pytest.fixture(scope="module")
def finder() -> FaceFinder:
    return FaceFinder.load(WEIGHTS)


@pytest.fixture(scope="module")
def group(photographs: list[bytes]) -> Image.Image:
    with Image.open(io.BytesIO(photographs[5])) as photograph:
        return photograph.convert("RGB")


@pytest.mark.parametrize(
    ("frame", "width"),
    [
        ((1920, 1080), 40),
        ((1920, 1080), 150),
        ((1280, 720), 48),
        ((1280, 720), 100),
        ((720, 1280), 60),
        ((640, 480), 40),
        ((640, 480), 70),
    ],
)
def test_each_face_of_a_group_is_found_once(
    finder: FaceFinder, group: Image.Image, frame: tuple[int, int], width: int
) -> None:
    scale = width / WIDTH_OF_FACES
    small = group.resize((round(group.width * scale), round(group.height * scale)), Image.Resampling.LANCZOS)
    picture = Image.new("RGB", frame, (150, 145, 140))
    picture.paste(small, ((frame[0] - small.width) // 2, (frame[1] - small.height) // 2))
    assert len(finder.find(picture, lambda: None)) == 4


@pytest.mark.parametrize("width", [300, 500, 700, 1000])
def test_a_face_that_fills_the_picture_is_found_once_and_in_its_place(
    finder: FaceFinder, group: Image.Image, width: int
) -> None:
    """The face at (745, 510), ever nearer to the camera."""
    half_width, half_height = 960 * WIDTH_OF_FACES / width, 540 * WIDTH_OF_FACES / width
    near = group.crop(
        (round(745 - half_width), round(510 - half_height), round(745 + half_width), round(510 + half_height))
    ).resize((1920, 1080))
    middle = [
        face.box
        for face in finder.find(near, lambda: None)
        if face.box.x1 < 960 < face.box.x2 and face.box.y1 < 540 < face.box.y2
    ]
    assert len(middle) == 1
    expected = np.array([960 - width / 2, 540 - width / 2, 960 + width / 2, 540 + width / 2])
    assert iou(expected, middle[0].array()[None])[0] > 0.4


def test_only_a_picture_with_room_for_a_very_large_face_is_looked_at_twice() -> None:
    sides = {size: [look.side for look in looks(Image.new("RGB", size))] for size in [
        (1920, 1080), (1920, 1537), (1080, 1920), (1280, 720), (1280, 600), (640, 480), (64, 64)
    ]}  # fmt: skip
    assert sides == {
        (1920, 1080): [832, 256],
        (1920, 1537): [704, 256],
        (1080, 1920): [832, 256],
        (1280, 720): [416, 128],
        (1280, 600): [416],
        (640, 480): [256],
        (64, 64): [256],
    }
