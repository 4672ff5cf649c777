"""The picture's name: its contract, and what breaks it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from function_app.errors import NameInvalid
from function_app.names import Picture

PLACES = st.from_regex(r"[a-z0-9][a-z0-9-]{0,62}", fullmatch=True)
MOMENTS = st.datetimes(timezones=st.just(UTC)).map(lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000))


@settings(deadline=None)
@given(store=PLACES, camera=PLACES, at=MOMENTS, token=st.from_regex("[0-9a-f]{8}", fullmatch=True))
def test_a_name_within_the_contract_gives_store_camera_and_capture_time(
    store: str, camera: str, at: datetime, token: str
) -> None:
    clock = f"{at.hour:02}{at.minute:02}{at.second:02}.{at.microsecond // 1000:03}Z"
    picture = Picture.named(f"{store}/{camera}/{at.year:04}/{at.month:02}/{at.day:02}/{clock}-{token}.jpg")
    assert (picture.store, picture.camera, picture.captured_at) == (store, camera, at)
    assert picture.place == f"{store}/{camera}"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "store/cam/2026/11/22/101530.123Z-0123abcd.png",
        "store/cam/2026/11/22/101530.123Z-0123ABCD.jpg",
        "store/cam/2026/13/22/101530.123Z-0123abcd.jpg",
        "store/cam/2026/02/30/101530.123Z-0123abcd.jpg",
        "store/cam/2026/11/22/241530.123Z-0123abcd.jpg",
        "store/cam/2026/11/22/101560.123Z-0123abcd.jpg",
        "store/cam/0000/11/22/101530.123Z-0123abcd.jpg",
        "store/cam/2026/11/22/101530Z-0123abcd.jpg",
        "Store/cam/2026/11/22/101530.123Z-0123abcd.jpg",
        "-store/cam/2026/11/22/101530.123Z-0123abcd.jpg",
        f"{'s' * 64}/cam/2026/11/22/101530.123Z-0123abcd.jpg",
        "cam/2026/11/22/101530.123Z-0123abcd.jpg",
        "a/store/cam/2026/11/22/101530.123Z-0123abcd.jpg",
        "store/cam/2026/11/22/101530.123Z-0123abcd.jpg\n",
        "store/cam/２０２６/11/22/101530.123Z-0123abcd.jpg",
    ],
)
def test_a_name_outside_the_contract_is_refused_without_repeating_it(name: str) -> None:
    with pytest.raises(NameInvalid) as refusal:
        Picture.named(name)
    assert "cam" not in str(refusal.value)


@settings(deadline=None)
@given(st.text())
def test_any_other_text_is_refused_by_name(text: str) -> None:
    with pytest.raises(NameInvalid):
        Picture.named(text)
