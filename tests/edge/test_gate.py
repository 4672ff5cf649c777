from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from edge.gate.detections import Person
from edge.gate.faces import FaceCheck
from edge.gate.people import find_people, scaled_for
from edge.gate.person_model import PersonModel
from edge.gate.would_take import would_take
from edge.settings import resolve
from edge.watch import Watch
from tests.edge.scenes import frame_of, photograph, shop, with_guest
from vision.boxes import Box

PERSON = ("person",)


def test_people_are_found_in_every_photograph(person_model: PersonModel, photographs: list[Path]) -> None:
    for path in photographs:
        assert len(find_people(frame_of(photograph(path)), person_model, PERSON, 0.35)) >= 2, path.name


@pytest.mark.parametrize("seed", range(6))
def test_no_one_is_found_in_an_empty_shop(person_model: PersonModel, seed: int) -> None:
    assert not find_people(frame_of(shop(seed=seed)), person_model, PERSON, 0.35)


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (640, 640)])
def test_people_lie_within_the_frame_where_they_stand(
    person_model: PersonModel, photographs: list[Path], size: tuple[int, int]
) -> None:
    guest = photograph(photographs[0])
    scene = with_guest(shop(*size), guest, left=size[0] // 4, height=300)
    people = find_people(frame_of(scene), person_model, PERSON, 0.35)
    assert people
    for person in people:
        assert 0 <= person.box.x1 < person.box.x2 <= size[0]
        assert 0 <= person.box.y1 < person.box.y2 <= size[1]
        assert person.box.y2 > size[1] - 320


def test_small_people_at_the_end_of_a_wide_frame_are_found(person_model: PersonModel, photographs: list[Path]) -> None:
    """A small group at the right end of a wide frame."""
    scene = with_guest(shop(1920, 720), photograph(photographs[1]), left=1440, height=150)
    people = find_people(frame_of(scene), person_model, PERSON, 0.35)
    assert people
    assert all(person.box.x1 > 1400 for person in people)


@pytest.mark.parametrize("grey", [0, 2, 16, 128, 255])
@pytest.mark.parametrize("threshold", [0.05, 0.35])
def test_a_frame_without_contrast_shows_no_one(person_model: PersonModel, grey: int, threshold: float) -> None:
    noise = np.random.default_rng(grey).normal(0, 1.5, (720, 1280, 3))
    plain = np.clip(grey + noise, 0, 255).astype(np.uint8)
    assert not find_people(frame_of(plain), person_model, PERSON, threshold)
    assert not find_people(frame_of(plain[:, :720]), person_model, PERSON, threshold)


def test_someone_before_a_plain_wall_is_contrast_enough(person_model: PersonModel, photographs: list[Path]) -> None:
    scene = with_guest(np.full((720, 1280, 3), 128, np.uint8), photograph(photographs[0]), left=600, height=120)
    assert find_people(frame_of(scene), person_model, PERSON, 0.35)


def test_objects_of_no_interest_are_left_out(person_model: PersonModel, photographs: list[Path]) -> None:
    assert not find_people(frame_of(photograph(photographs[0])), person_model, ("dog",), 0.35)


def test_a_face_shows_in_front_but_not_where_it_is_covered(
    person_model: PersonModel, faces: FaceCheck, photographs: list[Path]
) -> None:
    rgb = photograph(photographs[0])
    person = find_people(frame_of(rgb), person_model, PERSON, 0.35)[0].box
    assert faces.sharpness(rgb, person) is not None
    covered = rgb.copy()
    covered[: int(person.y1 + person.height / 2)] = 128
    assert faces.sharpness(covered, person) is None


def test_a_blurred_face_is_less_sharp(person_model: PersonModel, faces: FaceCheck, photographs: list[Path]) -> None:
    rgb = photograph(photographs[0])
    person = find_people(frame_of(rgb), person_model, PERSON, 0.35)[0].box
    blurred = np.asarray(Image.fromarray(rgb).filter(ImageFilter.GaussianBlur(4)))
    sharp, soft = faces.sharpness(rgb, person), faces.sharpness(blurred, person)
    assert sharp is not None
    assert soft is not None
    assert sharp > 1.5 * soft


def test_a_picture_would_be_taken_of_faces_and_says_why_not(
    person_model: PersonModel, faces: FaceCheck, photographs: list[Path]
) -> None:
    settings = resolve({})
    rgb = photograph(photographs[0])
    taken = would_take(frame_of(rgb).image, person_model, faces, settings)
    empty = would_take(frame_of(shop()).image, person_model, faces, settings)
    assert (taken.take, empty.take) == (True, False)
    assert empty.reason == "no one in view"


def test_a_picture_that_someone_asked_for_needs_a_face_too(
    person_model: PersonModel, faces: FaceCheck, photographs: list[Path]
) -> None:
    watch = Watch(person_model, faces)
    someone = (Person(Box(400, 100, 700, 700), 0.9),)
    guests = frame_of(photograph(photographs[0]))
    found = find_people(guests, person_model, ("person",), 0.25)
    assert watch.would_serve(guests, found, resolve({}))
    assert not watch.would_serve(frame_of(shop()), someone, resolve({}))
    assert watch.would_serve(frame_of(shop()), someone, resolve({"RequireFace": "false"}))
    assert not watch.would_serve(frame_of(shop()), (), resolve({"RequireFace": "false"}))


def test_what_was_found_stays_as_it_was_when_the_model_looks_again(
    person_model: PersonModel, photographs: list[Path]
) -> None:
    prepared = person_model.preparation
    pixels = np.zeros((prepared.height, prepared.width, 3), np.uint8)
    shown = scaled_for(frame_of(photograph(photographs[0])), prepared).pixels(prepared.channels)
    pixels[: shown.shape[0], : shown.shape[1]] = shown
    found = person_model.detect(pixels, PERSON, 0.35)
    boxes = found.boxes.copy()
    assert person_model.detect(np.zeros_like(pixels), PERSON, 0.0).scores.size > found.scores.size > 0
    assert (found.boxes == boxes).all()
