"""Days and hours are the stores', through summer time and days that begin at four."""

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.calendar import Calendar
from dashboard.look import local
from dashboard.periods import Kind, Period, elapsed, period_around, references
from tests.dashboard.rows import at

PARIS = Calendar(ZoneInfo("Europe/Paris"), "Europe/Paris")
FROM_FOUR = Calendar(ZoneInfo("Europe/Paris"), "Europe/Paris", time(4))


@pytest.mark.parametrize(("day", "length"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)])
def test_a_day_has_as_many_hours_as_its_clock_shows(day: date, length: int) -> None:
    start, end = PARIS.span_of(day, day)
    assert (end - start) == timedelta(hours=length)
    assert len(set(PARIS.hours_of(day))) == length


def test_the_repeated_hour_is_two_hours() -> None:
    hours = [PARIS.local(hour) for hour in PARIS.hours_of(date(2026, 10, 25))]
    assert hours[2:4] == ["2026-10-25T02:00+02:00", "2026-10-25T02:00+01:00"]


@pytest.mark.parametrize(
    ("zone", "start", "changes"),
    [
        ("Europe/Paris", time(2, 30), "2026-10-25"),
        ("Europe/Paris", time(2, 30), "2026-03-29"),
        ("Africa/Cairo", time(), "2026-04-24"),
        ("America/Nuuk", time(23, 30), "2026-03-29"),
    ],
)
def test_a_moment_lies_within_its_day_also_when_clocks_change(zone: str, start: time, changes: str) -> None:
    calendar = Calendar(ZoneInfo(zone), zone, start)
    for minutes in range(-24 * 60, 24 * 60, 15):
        moment = at(f"{changes} 00:00:00") + timedelta(minutes=minutes)
        day = calendar.day_of(moment)
        assert calendar.start_of(day) <= moment < calendar.start_of(day + timedelta(days=1))


def test_a_day_that_begins_at_four_holds_the_night_before_it_ends() -> None:
    assert FROM_FOUR.day_of(at("2026-03-11 02:59:00")) == date(2026, 3, 10)
    assert FROM_FOUR.day_of(at("2026-03-11 03:00:00")) == date(2026, 3, 11)
    assert FROM_FOUR.day_ending(at("2026-03-11 03:00:00")) == date(2026, 3, 10)


@given(
    day=st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    zone=st.sampled_from(("Europe/Paris", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC")),
    days=st.integers(0, 400),
    part=st.floats(0, 1),
)
def test_offsets_are_those_of_the_zone(day: date, zone: str, days: int, part: float) -> None:
    calendar = Calendar(ZoneInfo(zone), zone)
    since, until = calendar.span_of(day, day + timedelta(days=days))
    moment = since + (until - since) * part
    [*_, (_, offset)] = [each for each in calendar.offsets(since, until) if each[0] <= moment]
    assert offset == moment.astimezone(calendar.zone).utcoffset()


def test_offsets_as_sql_name_each_change() -> None:
    sql = local("t", PARIS.offsets(at("2026-01-01 00:00:00"), at("2026-12-31 00:00:00")))
    assert "2026-03-29 01:00:00" in sql
    assert "2026-10-25 01:00:00" in sql


def test_weeks_begin_on_monday_and_months_on_their_first() -> None:
    assert period_around(Kind.WEEK, date(2026, 3, 10)) == Period(Kind.WEEK, date(2026, 3, 9), date(2026, 3, 15))
    assert period_around(Kind.MONTH, date(2026, 2, 10)) == Period(Kind.MONTH, date(2026, 2, 1), date(2026, 2, 28))


def test_a_day_is_set_beside_the_same_weekdays() -> None:
    stretch = elapsed(period_around(Kind.DAY, date(2026, 3, 10)), PARIS, at("2026-03-20 00:00:00"))
    before, mean, year = references(stretch, PARIS)
    assert [each.period.first for each in before.stretches] == [date(2026, 3, 3)]
    assert [each.period.first.day for each in mean.stretches] == [3, 24, 17, 10]
    assert [each.period.first for each in year.stretches] == [date(2025, 3, 11)]
    assert {each.period.first.weekday() for each in (*mean.stretches, *year.stretches)} == {1}


def test_a_day_that_is_still_on_is_compared_up_to_the_same_time_by_the_clock() -> None:
    """Across a change of clocks as well: 14:30 in summer is 12:30 in UTC, a week before it was 13:30."""
    stretch = elapsed(period_around(Kind.DAY, date(2026, 3, 30)), PARIS, at("2026-03-30 12:37:00"))
    assert stretch.until == at("2026-03-30 12:30:00")
    before, *_ = references(stretch, PARIS)
    assert before.stretches[0].until == at("2026-03-23 13:30:00")


def test_a_month_is_set_beside_months_also_over_a_year_s_end() -> None:
    stretch = elapsed(period_around(Kind.MONTH, date(2026, 1, 10)), PARIS, at("2026-03-20 00:00:00"))
    before, mean, year = references(stretch, PARIS)
    assert before.stretches[0].period == Period(Kind.MONTH, date(2025, 12, 1), date(2025, 12, 31))
    assert [each.period.first.month for each in mean.stretches] == [12, 11, 10, 9]
    assert year.stretches[0].period.first == date(2025, 1, 1)


def test_a_range_is_set_beside_the_same_weekdays_before_it() -> None:
    stretch = elapsed(Period(Kind.RANGE, date(2026, 3, 1), date(2026, 3, 10)), PARIS, at("2026-05-01 00:00:00"))
    [before], *_ = (each.stretches for each in references(stretch, PARIS))
    assert before.period.first == date(2026, 2, 15)
    assert before.until <= stretch.since
