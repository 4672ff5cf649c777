"""Faces are found once each, whatever the size of the picture and of the faces in it."""

import io
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from face_api.faces.finder import MOST_PIXELS, FaceFinder, shrunk
from face_api.pictures.decode import WORKING_SIDE
from vision.boxes import Box, iou

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


def test_faces_are_found_however_tightly_the_picture_is_cut_around_them(
    finder: FaceFinder, photographs: list[bytes]
) -> None:
    """22 faces at ten tightnesses, from the face alone to three times its width, as they are and four times larger."""
    found, total = Counter[int](), 0
    for content in photographs:
        with Image.open(io.BytesIO(content)) as opened:
            photograph = opened.convert("RGB")
        for face in finder.find(photograph, lambda: None):
            for tightness in np.linspace(1.0, 3.0, 10):
                cut = close_cut(photograph, face.box, float(tightness))
                total += 1
                for enlarged in (1, 4):
                    larger = cut.resize((cut.width * enlarged, cut.height * enlarged))
                    larger.thumbnail((WORKING_SIDE, WORKING_SIDE))
                    middle = (larger.width / 2, larger.height / 2)
                    found[enlarged] += any(_holds(one.box, middle) for one in finder.find(larger, lambda: None))
    assert total == 220
    assert found[1] >= 0.99 * total
    assert found[4] >= 0.99 * total


@pytest.mark.parametrize("scale", [1.0, 0.75, 0.5, 0.4, 0.3])
def test_a_woman_in_full_profile_is_found_at_every_size(
    finder: FaceFinder, photographs: list[bytes], scale: float
) -> None:
    with Image.open(io.BytesIO(photographs[1])) as opened:
        photograph = opened.convert("RGB")
    smaller = photograph.resize(
        (round(photograph.width * scale), round(photograph.height * scale)), Image.Resampling.BOX
    )
    nose = (385 * scale, 315 * scale)
    assert sum(_holds(face.box, nose) for face in finder.find(smaller, lambda: None)) == 1


@pytest.mark.parametrize(
    "size", [(1920, 1920), (1920, 1080), (1080, 1920), (1441, 40), (1280, 720), (641, 36), (36, 36)]
)
def test_what_the_detector_is_shown_is_never_larger_than_its_memory_is_made_for(size: tuple[int, int]) -> None:
    seen = shrunk(Image.new("RGB", size))
    factor = max(size) / max(seen.size)
    assert seen.width * seen.height <= MOST_PIXELS
    assert 1 <= factor <= 2.01
    assert all(abs(shown - side / factor) < 1.5 for shown, side in zip(seen.size, size, strict=True))


def test_a_picture_of_noise_has_no_faces(finder: FaceFinder) -> None:
    for size in ((640, 480), (1280, 720), (1920, 1080)):
        assert finder.find(Image.effect_noise(size, 60).convert("RGB"), lambda: None) == []


def close_cut(photograph: Image.Image, face: Box, tightness: float) -> Image.Image:
    """A square around a face, so many times as wide, black where the photograph ends."""
    half = tightness * face.width / 2
    x, y = face.center
    return photograph.crop((round(x - half), round(y - half), round(x + half), round(y + half)))


def _holds(box: Box, point: tuple[float, float]) -> bool:
    return box.x1 < point[0] < box.x2 and box.y1 < point[1] < box.y2
