"""With MIN_GROUP, nothing that leaves for the page tells of fewer people than that."""

import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from local.dashboard.pooling import GROUPS_PER_BREAKDOWN, Pooling, suppress
from local.dashboard.windows import AGES, EMOTIONS, PARTS, Release, WindowRow
from tests.dashboard.rows import at, people, row

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
    shown = suppress(cells, least)
    hidden = {name: cells[name] for name, count in shown.items() if count is None}
    assert all(shown[name] == cells[name] for name in cells if name not in hidden)
    assert all(count == 0 or count >= least for count in shown.values() if count is not None)
    if hidden and sum(cells.values()) >= least:
        assert sum(hidden.values()) >= least
        assert 0 not in shown.values(), "a zero that shows narrows down what is withheld"
        assert len([count for count in hidden.values() if count]) >= 2


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
    shown: dict[tuple[str, object], int] = defaultdict(int)
    for each in rows:
        true[each.camera, each.window_end.date()] += each.visitors
    last: dict[str, datetime] = {}
    for release in released(rows, least):
        if release["visitors"] is None:
            continue
        assert last.get(release["camera"], START) <= release["windowStart"]
        last[release["camera"]] = release["windowEnd"]
        shown[release["camera"], release["windowEnd"].date()] += release["visitors"]
    for place, count in true.items():
        assert 0 <= count - shown[place] < least


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
    rows = [WindowRow.model_validate_json(_json(people(START + timedelta(seconds=15 * n), 2))) for n in range(1, 4)]
    [release] = released(rows, 5)
    assert (release["visitors"], release["windowStart"], release["windowEnd"]) == (
        6,
        START,
        START + timedelta(seconds=45),
    )
    assert release["female"] is None, "what they were like waits for more groups"


def test_what_visitors_were_like_comes_with_ten_groups_or_at_the_end_of_the_day() -> None:
    full = [people(START + timedelta(seconds=15), 5 * GROUPS_PER_BREAKDOWN, camera="a")]
    counted, described = released([WindowRow.model_validate_json(_json(each)) for each in full], 5)
    assert (counted["visitors"], described["female"], described["male"]) == (50, 50, 0)
    days = [people(START + timedelta(days=day), 7) for day in (0, 1)]
    first, end_of_first, second = released([WindowRow.model_validate_json(_json(each)) for each in days], 5)
    assert (first["visitors"], end_of_first["female"], second["visitors"]) == (7, 7, 7)
    assert end_of_first["windowEnd"] == first["windowEnd"]


def test_without_a_smallest_group_rows_are_shown_as_they_are() -> None:
    for least in (0, 1):
        [release] = released([WindowRow.model_validate_json(_json(people(START, 1)))], least)
        assert (release["visitors"], release["female"], release["genderUnknown"]) == (1, 1, 0)


def _json(made: dict[str, object]) -> str:
    return json.dumps(made)
