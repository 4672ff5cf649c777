"""The story: enough people, enough visits, breaks long enough to count as a new visit, and an empty shop at times."""

from itertools import pairwise

import pytest

from local.footage.people import OUTLINES
from local.footage.scene import WIDTH
from local.footage.story import SECONDS, STORY, WALK, Visit, pose

SAME_PERSON = {"uniform": "blouse"}
SHORTEST_BREAK = 15.0


def visits_of_each() -> dict[str, list[Visit]]:
    found: dict[str, list[Visit]] = {}
    for visit in STORY:
        found.setdefault(SAME_PERSON.get(visit.person, visit.person), []).append(visit)
    return found


def test_at_least_four_come_and_two_come_back_after_a_break() -> None:
    visits = visits_of_each()
    assert len(visits) >= 4
    returns = [second.enters - first.leaves for both in visits.values() for first, second in pairwise(both)]
    assert len(returns) >= 2
    assert min(returns) > SHORTEST_BREAK


def test_everything_that_the_demo_shows_happens_within_the_first_minute() -> None:
    """Returning visitors stand still, face to the camera, before second 60."""
    assert sum(second.enters + WALK < 58 for both in visits_of_each().values() for second in both[1:]) >= 2


def test_someone_is_in_view_most_of_the_time_but_not_always() -> None:
    moments = [number / 10 for number in range(round(SECONDS * 10))]
    occupied = sum(any(pose(visit, moment) for visit in STORY) for moment in moments) / len(moments)
    assert 0.7 < occupied < 0.95
    assert SECONDS >= 64


def test_everyone_in_the_story_has_an_outline() -> None:
    described = OUTLINES.read_text("utf-8")
    assert all(f'"{visit.person}"' in described for visit in STORY)


@pytest.mark.parametrize("visit", STORY, ids=lambda visit: f"{visit.person}@{visit.enters}")
def test_a_visitor_walks_in_from_the_side_stands_at_the_place_and_walks_out(visit: Visit) -> None:
    assert pose(visit, visit.enters - 0.01) is None
    assert pose(visit, visit.leaves) is None
    first, middle, last = (
        pose(visit, moment) for moment in (visit.enters, (visit.enters + visit.leaves) / 2, visit.leaves - 0.01)
    )
    assert first is not None
    assert middle is not None
    assert last is not None
    assert abs(middle.x - visit.place) < 15
    for outside in (first, last):
        assert outside.x < 0 if visit.side < 0 else outside.x > WIDTH


def test_no_two_moments_are_alike_while_someone_stands() -> None:
    standing = [pose(STORY[0], 4 + number / 10) for number in range(60)]
    assert len(set(standing)) == 60
