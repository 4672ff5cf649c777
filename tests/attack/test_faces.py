"""What can be told of one person's visit from all that leaves of faces, by somebody who knows every rule."""

from dataclasses import dataclass

import pytest

from function_app.moments import moment
from tests.attack import shop
from tests.attack.by_faces import rebuild, share_rebuilt
from tests.attack.premises import Analyzed, Left, analyze_day, leave
from tests.face_api.stores import GAP

CAMERAS, SEED, LEAST = 5, 2, 5


@dataclass(frozen=True)
class Day:
    """A day as it was, as the premises saw it, and as it left with and without MIN_GROUP."""

    pictures: list[shop.Picture]
    analyzed: Analyzed
    unpooled: Left
    pooled: Left


@pytest.fixture(scope="module")
def days() -> dict[int, Day]:
    """Days of 100 and of 600 visitors."""
    found = {}
    for visitors in (100, 600):
        pictures = shop.pictures(shop.day(visitors, SEED, CAMERAS), SEED)
        analyzed = analyze_day(pictures, SEED)
        found[visitors] = Day(pictures, analyzed, leave(analyzed, 0), leave(analyzed, LEAST))
    return found


@pytest.mark.parametrize("visitors", [100, 600])
def test_with_min_group_no_visit_is_rebuilt_and_nothing_leaves_of_fewer(days: dict[int, Day], visitors: int) -> None:
    day = days[visitors]
    assert share_rebuilt(rebuild(day.pooled.bodies), day.pictures) == 0
    together = [body for body in day.pooled.bodies if "faces" in body]
    assert len(together) > 10
    assert min(body["displayVisitors"] for body in together) >= LEAST
    for body in day.pooled.bodies:
        kinds = [count for name, count in body.items() if name.startswith(("age", "female", "male", "newV", "ret"))]
        assert all(count >= LEAST for count in kinds)
        assert body.get("withheld", LEAST) >= LEAST


@pytest.mark.parametrize(("visitors", "at_most"), [(100, 0.15), (600, 0.025)])
def test_without_min_group_the_grid_alone_leaves_few_visits_that_can_be_rebuilt(
    days: dict[int, Day], visitors: int, at_most: float
) -> None:
    """On one day; what many days come to, and the grid's own part in it: test_grid."""
    share = share_rebuilt(rebuild(days[visitors].unpooled.bodies), days[visitors].pictures)
    assert 0 < share <= at_most, "the attack finds what is there to be found"


def test_the_attack_finds_a_visit_that_is_alone_in_the_shop() -> None:
    day = shop.day(8, SEED, CAMERAS)
    pictures = shop.pictures(day, SEED)
    assert share_rebuilt(rebuild(leave(analyze_day(pictures, SEED), 0).bodies), pictures) > 0.5


@pytest.mark.parametrize("visitors", [100, 600])
def test_the_days_sums_are_those_without_a_pool_but_for_what_is_said_to_be_missing(
    days: dict[int, Day], visitors: int
) -> None:
    whole, pooled = days[visitors].unpooled.counts(), days[visitors].pooled.counts()
    dropped = days[visitors].pooled.dropped
    assert whole["displayVisitors"] - pooled["displayVisitors"] == dropped
    assert dropped < LEAST * CAMERAS
    for kinds in (("female", "male"), tuple(name for name in whole if name.startswith("age"))):
        missing = sum(whole[kind] - pooled[kind] for kind in kinds)
        assert 0 <= missing <= pooled["withheld"] + dropped


@pytest.mark.parametrize("visitors", [100, 600])
def test_no_tally_points_to_one_row_of_the_visitor_memory_by_its_times(days: dict[int, Day], visitors: int) -> None:
    """Once a visit is over; until then the memory must know when it was last seen."""
    kept = days[visitors].analyzed.memory_visits
    assert len(kept) >= visitors * 0.9
    for body in days[visitors].unpooled.bodies:
        if body.get("visitors") == 1:
            start, end = (moment(body[name]).timestamp() for name in ("windowStart", "windowEnd"))
            begun = [visit for visit in kept if visit[0] <= end and start <= visit[0] + GAP]
            assert len(begun) > 1
