import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from edge.gate.detections import Person
from edge.picture import LARGEST, LONGEST_SIDE, cut, picture_name
from tests.edge.scenes import frame_of, photograph
from vision.boxes import Box

CONTRACT = re.compile(r"[a-z0-9][a-z0-9-]{0,62}/[a-z0-9][a-z0-9-]{0,62}/\d{4}/\d\d/\d\d/\d{6}\.\d{3}Z-[0-9a-f]{8}\.jpg")
places = st.from_regex(r"[a-z0-9][a-z0-9-]{0,62}/[a-z0-9][a-z0-9-]{0,62}", fullmatch=True)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def picture_of(jpeg: bytes) -> Image.Image:
    return Image.open(io.BytesIO(jpeg))


def test_a_name_says_store_camera_and_moment() -> None:
    moment = datetime(2026, 3, 1, 9, 5, 7, 42999, tzinfo=UTC)
    assert picture_name("north/door-1", moment, "00c0ffee") == "north/door-1/2026/03/01/090507.042Z-00c0ffee.jpg"


@given(places, moments, st.from_regex(r"[0-9a-f]{8}", fullmatch=True))
def test_every_name_keeps_to_the_contract(place: str, moment: datetime, suffix: str) -> None:
    assert CONTRACT.fullmatch(picture_name(place, moment, suffix))


@given(places, moments, st.integers(1, 10**9))
def test_names_sort_by_moment(place: str, moment: datetime, later_ms: int) -> None:
    later = moment + timedelta(milliseconds=later_ms)
    assert picture_name(place, moment, "f" * 8) < picture_name(place, later, "0" * 8)


def test_a_picture_is_cut_to_the_people_with_a_margin() -> None:
    frame = frame_of(np.zeros((720, 1280, 3), np.uint8))
    people = (Person(Box(400, 200, 500, 500), 0.9), Person(Box(600, 300, 700, 600), 0.5))
    assert picture_of(cut(frame, people, 85)).size == (330, 490)


def test_a_cut_stays_within_the_frame() -> None:
    frame = frame_of(np.zeros((720, 1280, 3), np.uint8))
    assert picture_of(cut(frame, (Person(Box(0, 0, 1280, 720), 0.9),), 85)).size == (1280, 720)


def test_a_picture_holds_no_metadata(photographs: list[Path]) -> None:
    frame = frame_of(photograph(photographs[0]))
    picture = picture_of(cut(frame, (Person(Box(0, 0, frame.width, frame.height), 0.9),), 85))
    assert picture.format == "JPEG"
    assert not picture.getexif()
    assert not {"exif", "comment", "icc_profile"} & picture.info.keys()


@pytest.mark.parametrize("shape", [(2400, 3840, 3), (3840, 1080, 3)])
def test_a_large_picture_is_made_small_enough(shape: tuple[int, int, int]) -> None:
    noise = np.random.default_rng(1).integers(0, 256, shape).astype(np.uint8)
    jpeg = cut(frame_of(noise), (Person(Box(0, 0, shape[1], shape[0]), 0.9),), 95)
    assert len(jpeg) <= LARGEST
    assert max(picture_of(jpeg).size) <= LONGEST_SIDE


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(*[st.floats(-50, 400)] * 4), min_size=1, max_size=4))
def test_any_boxes_give_a_picture_no_larger_than_the_frame(corners: list[tuple[float, float, float, float]]) -> None:
    frame = frame_of(np.zeros((120, 200, 3), np.uint8))
    people = tuple(
        Person(Box(min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)).clipped(200, 120), 0.5)
        for x1, y1, x2, y2 in corners
    )
    width, height = picture_of(cut(frame, people, 60)).size
    assert 1 <= width <= 200
    assert 1 <= height <= 120
