"""With MIN_GROUP, nothing that leaves for the page tells of fewer people than that."""

import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from local.dashboard.pooling import GROUPS_PER_SPLIT, Pooling, suppress
from local.dashboard.windows import AGES, EMOTIONS, PARTS, Release, WindowRow, read_row
from tests.dashboard.rows import Row, at, people, row

START = at("2026-03-10 09:00:00")
PEOPLE = ("visitors", *PARTS["visits"], *PARTS["gender"], *PARTS["ages"])


@st.composite
def window_rows(draw: st.DrawFn) -> list[WindowRow]:
    """Some hours of two cameras, with every split adding up."""
    rows = []
    moment = START
    for _ in range(draw(st.integers(0, 40))):
        moment += timedelta(seconds=15 * draw(st.sampled_from((1, 1, 40, 2000))))
        visitors = draw(st.integers(0, 9))
        faces = visitors + draw(st.integers(0, 4))
        columns = {"visitors": visitors, "faces": faces}
        for names, whole in (
            (PARTS["visits"], visitors),
            (("female", "male"), visitors),
            (AGES, visitors),
            (EMOTIONS, faces),
        ):
            left = whole
            for name in names:
                columns[name] = draw(st.integers(0, left))
                left -= columns[name]
        columns["returningVisitors"] = visitors - columns["newVisitors"]
        made = row(moment, "s", draw(st.sampled_from(("a", "b"))), **columns)
        rows.append(WindowRow.model_validate(made | {"windowEnd": moment}))
    return rows


def released(rows: list[WindowRow], least: int) -> list[Release]:
    pooling = Pooling(least, UTC)
    return [release for each in rows for release in pooling.add(each)]


@given(cells=st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 30), min_size=1), least=st.integers(2, 12))
def test_what_is_withheld_can_not_be_told_from_the_total(cells: dict[str, int], least: int) -> None:
    left = suppress(cells, least)
    hidden = {name: cells[name] for name, count in left.items() if count is None}
    assert all(left[name] == cells[name] for name in cells if name not in hidden)
    assert all(count == 0 or count >= least for count in left.values() if count is not None)
    if hidden and sum(cells.values()) >= least:
        assert sum(hidden.values()) >= least
        assert 0 not in left.values(), "a zero that shows narrows down what is withheld"
        assert len([count for count in hidden.values() if count]) >= 2


def read(made: Row) -> WindowRow:
    return read_row(json.dumps(made).encode())


def shown(releases: list[Release], column: str) -> int:
    return sum(release[column] or 0 for release in releases)


@settings(max_examples=50, deadline=None)
@given(rows=window_rows(), least=st.integers(2, 12))
def test_every_release_is_of_enough_people(rows: list[WindowRow], least: int) -> None:
    for release in released(rows, least):
        assert all(release[name] is None or release[name] == 0 or release[name] >= least for name in PEOPLE)
        if release["visitors"] is not None:
            assert release["visitors"] >= least, "sentiment and faces are of that many too"


@settings(max_examples=50, deadline=None)
@given(rows=window_rows(), least=st.integers(2, 12))
def test_releases_never_overlap_and_lose_less_than_a_group_a_camera_and_day(rows: list[WindowRow], least: int) -> None:
    true: dict[tuple[str, object], int] = defaultdict(int)
    kept: dict[tuple[str, object], int] = defaultdict(int)
    for each in rows:
        true[each.camera, each.window_end.date()] += each.visitors
    last: dict[str, datetime] = {}
    for release in released(rows, least):
        if release["visitors"] is None:
            continue
        assert last.get(release["camera"], START) <= release["windowStart"]
        last[release["camera"]] = release["windowEnd"]
        kept[release["camera"], release["windowEnd"].date()] += release["visitors"]
    for place, count in true.items():
        assert 0 <= count - kept[place] < least


@settings(max_examples=50, deadline=None)
@given(rows=window_rows(), least=st.integers(2, 12))
def test_no_two_moments_of_a_live_page_differ_by_fewer_people(rows: list[WindowRow], least: int) -> None:
    pooling = Pooling(least, UTC)
    for each in rows:
        step: dict[str, int] = defaultdict(int)
        for release in pooling.add(each):
            for name in PEOPLE:
                step[name] += release[name] or 0
        assert all(count == 0 or count >= least for count in step.values())


def test_windows_wait_until_a_group_is_full() -> None:
    rows = [read(people(START + timedelta(seconds=15 * n), 2)) for n in range(1, 4)]
    [release] = released(rows, 5)
    assert (release["visitors"], release["windowStart"], release["windowEnd"]) == (
        6,
        START,
        START + timedelta(seconds=45),
    )
    assert release["female"] is None, "what they were like waits for more groups"


def test_what_visitors_were_like_comes_with_ten_groups_or_at_the_end_of_the_day() -> None:
    counted, *splits = released([read(people(START + timedelta(seconds=15), 5 * GROUPS_PER_SPLIT))], 5)
    assert (counted["visitors"], counted["female"]) == (50, None)
    assert shown(splits, "female") == 50
    days = released([read(people(START + timedelta(days=day), 7)) for day in (0, 1)], 5)
    assert [release["visitors"] for release in days if release["visitors"]] == [7, 7]
    assert shown(days, "female") == 7, "the first day's; the second is still on"
    assert {release["windowEnd"] for release in days} == {START, START + timedelta(days=1)}


def test_what_is_withheld_does_not_skew_what_is_shown() -> None:
    mix = {"visitors": 25, "faces": 25, "newVisitors": 20, "returningVisitors": 5, "female": 13, "male": 11}
    rows = [row(START + timedelta(seconds=15 * n), "s", "c", **mix, age25to34=25, neutral=25) for n in range(1, 41)]
    releases = released([read(each) for each in rows], 5)
    women, men, unknown = (shown(releases, name) for name in ("female", "male", "genderUnknown"))
    assert women + men + unknown > 0.8 * 1000
    assert abs(women / (women + men + unknown) - 13 / 25) < 0.01


def test_without_a_smallest_group_rows_are_shown_as_they_are() -> None:
    for least in (0, 1):
        [release] = released([read(people(START, 1))], least)
        assert (release["visitors"], release["female"], release["genderUnknown"]) == (1, 1, 0)
