"""Opening hours: what can be said, and which hours count."""

from datetime import date
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.calendar import Calendar
from dashboard.errors import SettingWrong
from dashboard.opening import OpeningHours, read_opening_hours
from tests.dashboard.rows import at

PARIS = Calendar(ZoneInfo("Europe/Paris"), "Europe/Paris")
DAY = (at("2026-03-09 23:00:00"), at("2026-03-10 23:00:00"))


def hours(opening: OpeningHours, store: str = "s") -> float:
    return opening.seconds([store], PARIS, *DAY) / 3600


def test_a_week_is_read_with_exceptions_by_store() -> None:
    opening = read_opening_hours("Mo-Fr 09:00-20:00, Sa 10:00-18:00 | kiosk: Mo-Su 06:00-24:00")
    assert (hours(opening), hours(opening, "kiosk")) == (11, 18)
    assert opening.minutes("s", date(2026, 3, 14)) == ((600, 1080),)
    assert opening.minutes("s", date(2026, 3, 15)) == ()


def test_a_night_reaches_into_the_next_day() -> None:
    opening = read_opening_hours("Mo 18:00-02:00")
    assert opening.minutes("s", date(2026, 3, 9)) == ((1080, 1440),)
    assert opening.minutes("s", date(2026, 3, 10)) == ((0, 120),)


def test_a_closed_day_has_no_hours() -> None:
    opening = OpeningHours(read_opening_hours("Mo-Su 09:00-20:00").by_store, ((None, date(2026, 3, 10)),))
    assert hours(opening) == 0
    assert opening.seconds(["s"], PARIS, at("2026-03-10 23:00:00"), at("2026-03-11 23:00:00")) == 11 * 3600


def test_without_a_setting_all_hours_count() -> None:
    assert hours(read_opening_hours("")) == 24
    assert read_opening_hours("").condition() == "true"


@pytest.mark.parametrize(
    "text", ["always", "Mo-Fr", "Mo 9-20", "Xx 09:00-10:00", "Mo 25:00-26:00", "Mo 09:00-09:00", "Mo 09:99-10:00"]
)
def test_what_has_no_meaning_is_refused_by_name(text: str) -> None:
    with pytest.raises(SettingWrong, match="OPENING_HOURS"):
        read_opening_hours(text)


@given(
    first=st.integers(0, 6), days=st.integers(0, 6), start=st.integers(0, 95), end=st.integers(0, 96),
    moment=st.datetimes(at("2026-01-01 00:00:00").replace(tzinfo=None), at("2026-12-31 00:00:00").replace(tzinfo=None)),
)  # fmt: skip
def test_the_database_and_the_calendar_mean_the_same_hours(first: int, days: int, start: int, end: int, moment) -> None:  # type: ignore[no-untyped-def]
    if start == end:
        return
    names = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
    clock = [f"{quarter // 4:02}:{quarter % 4 * 15:02}" for quarter in (start, end)]
    opening = read_opening_hours(f"{names[first]}-{names[(first + days) % 7]} {clock[0]}-{clock[1]}")
    minute = moment.hour * 60 + moment.minute
    is_open = any(low <= minute < high for low, high in opening.minutes("s", moment.date()))
    query = f"SELECT {opening.condition()} FROM (SELECT 's' AS store, $moment::TIMESTAMP AS local)"  # noqa: S608 (our own)
    assert duckdb.execute(query, {"moment": moment}).fetchall() == [(is_open,)]
