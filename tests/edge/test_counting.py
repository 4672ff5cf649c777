"""Crossings and stays of people whose paths are known exactly."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from edge.counting.counter import Counter, Crossing, Stay
from edge.counting.crossings import Crossings, Stand, Way
from edge.counting.geometry import crosses_itself, inside, to_right
from edge.counting.places import Line, Zone
from edge.follower import Seen
from edge.gate.detections import Person
from edge.tracking.tracker import Tracker
from vision.boxes import Box, Point

SIZE = (1280, 720)
HEIGHT = 200.0
MIDDLE = Line("door", Point(0.5, 0.1), Point(0.5, 0.95))
"""Down the middle of the picture: who goes to the left crosses it to the right hand of one who walks it."""
LEFT, RIGHT = 500.0, 780.0


def feet(places: Sequence[float], band: float = 0.05, rate: float = 10) -> list[Way]:
    """Ways counted of someone whose feet are at these x, frame by frame."""
    line = Crossings(Point(640, 72), Point(640, 684), band)
    stands = [Stand(Point(x, 400), HEIGHT, step / rate) for step, x in enumerate(places)]
    return [crossed[0] for stand in stands if (crossed := line.step(1, stand))]


def test_a_slip_to_the_other_side_counts_nothing() -> None:
    assert feet([LEFT, LEFT, LEFT, RIGHT, LEFT, LEFT, LEFT]) == []


def test_a_u_turn_counts_both_ways() -> None:
    assert feet([RIGHT] * 3 + [LEFT] * 4 + [RIGHT] * 4) == ["in", "out"]


def test_who_appears_on_the_line_has_no_side_until_they_leave_it() -> None:
    assert feet([640] * 5 + [LEFT] * 5) == []


def test_who_stops_on_the_line_and_goes_on_counts_once() -> None:
    assert feet([RIGHT] * 3 + [645, 636, 642, 638] * 10 + [LEFT] * 3) == ["in"]


@pytest.mark.parametrize("rate", [2, 5, 10, 30])
def test_a_walk_counts_once_at_any_frame_rate(rate: int) -> None:
    assert feet([300 + 160 * step / rate for step in range(5 * rate)], rate=rate) == ["out"]


@given(st.lists(st.floats(-9.9, 9.9), min_size=1, max_size=60))
def test_jitter_within_the_band_never_counts(steps: list[float]) -> None:
    assert feet([LEFT, LEFT] + [640 + step for step in steps] + [LEFT, LEFT]) == []


Points = st.tuples(st.floats(0, 1280), st.floats(0, 720)).map(lambda pair: Point(*pair))
Paths = st.lists(Points, min_size=2, max_size=40)


def crossings(line: tuple[Point, Point], path: Sequence[Point]) -> list[Way]:
    passages = Crossings(*line, band=0.05)
    stands = [Stand(point, HEIGHT, step / 10) for step, point in enumerate(path)]
    return [crossed[0] for stand in stands if (crossed := passages.step(1, stand))]


@given(Paths, Points, Points)
def test_a_mirrored_line_swaps_in_and_out(path: list[Point], start: Point, end: Point) -> None:
    assume(abs(start.x - end.x) + abs(start.y - end.y) > 50)
    swapped = {"in": "out", "out": "in"}
    assert [swapped[way] for way in crossings((end, start), path)] == crossings((start, end), path)


@given(Paths)
def test_the_net_is_the_side_at_the_end_less_the_side_at_the_start(path: list[Point]) -> None:
    """Along a line as long as any path is wide, and each place kept for two frames, so that sides settle."""
    line = Point(640, -10_000), Point(640, 10_000)
    sides = [to_right(*line, point) for point in path if abs(to_right(*line, point)) > 0.05 * HEIGHT]
    counted = crossings(line, [point for point in path for _ in range(2)])
    net = counted.count("in") - counted.count("out")
    assert net == ((sides[-1] > 0) - (sides[0] > 0) if sides else 0)
    assert all(one != other for one, other in pairwise(counted)), "in and out take turns"


def test_around_the_lines_end_is_not_across_it() -> None:
    around = [Point(500, 700), Point(560, 715), Point(640, 716), Point(720, 715), Point(780, 700), Point(780, 600)]
    assert crossings((Point(640, 72), Point(640, 600)), around) == []


Walk = Callable[[float], Point | None]
"""Where someone's feet are at a second; None if they can't be seen."""


def walk(
    seconds: float, rate: float, *people: Walk, lines: Sequence[Line] = (), zones: Sequence[Zone] = ()
) -> list[Crossing | Stay]:
    """What is counted of people 200 pixels high, from the model's boxes on."""
    tracker, counter = Tracker(), Counter(lines, zones, 0.05, SIZE)
    counted: list[Crossing | Stay] = []
    for step in range(int(seconds * rate)):
        at = step / rate
        seen = [foot for person in people if (foot := person(at))]
        boxes = [Box(foot.x - 40, foot.y - HEIGHT, foot.x + 40, foot.y) for foot in seen]
        tracks = tracker.follow([Person(box, 0.9) for box in boxes], at, 0.35)
        known = counter.step(Seen(tracks, tracker.alive, frozenset(), True, at), at)
        counted += [*known.crossings, *known.stays]
    return [*counted, *counter.end().stays]


def ways(counted: Sequence[Crossing | Stay]) -> list[Way]:
    return [crossing.way for crossing in counted if isinstance(crossing, Crossing)]


@pytest.mark.parametrize("rate", [3, 5, 10, 30])
def test_two_abreast_count_two(rate: float) -> None:
    one = lambda at: Point(300 + 160 * at, 400)  # noqa: E731
    other = lambda at: Point(290 + 160 * at, 520)  # noqa: E731
    assert ways(walk(5, rate, one, other, lines=[MIDDLE])) == ["out", "out"]


def test_two_who_meet_at_the_line_count_one_each_way() -> None:
    one = lambda at: Point(300 + 160 * at, 420)  # noqa: E731
    other = lambda at: Point(980 - 160 * at, 470)  # noqa: E731
    assert sorted(ways(walk(5, 10, one, other, lines=[MIDDLE]))) == ["in", "out"]


def test_someone_lost_for_a_second_while_passing_counts_once() -> None:
    hidden = lambda at: None if 1.6 < at < 2.6 else Point(300 + 160 * at, 400)  # noqa: E731
    assert ways(walk(5, 10, hidden, lines=[MIDDLE])) == ["out"]


def test_a_crossing_is_told_with_its_place_and_time() -> None:
    (crossing,) = walk(5, 10, lambda at: Point(300 + 160 * at, 400), lines=[MIDDLE])
    assert isinstance(crossing, Crossing)
    assert (crossing.line, crossing.way) == (MIDDLE, "out")
    assert crossing.at == pytest.approx(340 / 160, abs=0.3)


ROOM = Zone("display", (Point(0.4, 0.4), Point(0.7, 0.4), Point(0.7, 0.9), Point(0.4, 0.9)), 5.0)
WITHIN, OUTSIDE = Point(700, 500), Point(200, 500)


def visit(arrives: float, leaves: float) -> Walk:
    return lambda at: WITHIN if arrives <= at < leaves else None


@pytest.mark.parametrize("rate", [2, 10, 30])
@pytest.mark.parametrize("seconds", [6.0, 20.0])
def test_a_stay_is_as_long_as_someone_was_in_the_zone(seconds: float, rate: float) -> None:
    (stay,) = walk(30, rate, visit(2, 2 + seconds), zones=[ROOM])
    assert isinstance(stay, Stay)
    assert stay.seconds == pytest.approx(seconds, abs=1 / rate + 0.5)


def test_who_passes_through_does_not_stay() -> None:
    assert walk(20, 10, visit(2, 5), zones=[ROOM]) == []


def test_a_step_aside_does_not_end_a_stay() -> None:
    aside = lambda at: Point(890 if 6 < at < 6.6 else 860, 500) if at < 12 else None  # noqa: E731
    assert len(walk(20, 10, aside, zones=[ROOM])) == 1


def test_someone_hidden_for_two_seconds_stays_the_same() -> None:
    hidden = lambda at: None if 6 < at < 8 or at > 14 else WITHIN  # noqa: E731
    (stay,) = walk(25, 10, hidden, zones=[ROOM])
    assert isinstance(stay, Stay)
    assert stay.seconds == pytest.approx(14, abs=0.5)


def test_a_stay_cut_off_by_the_end_counts_as_far_as_it_went() -> None:
    (stay,) = walk(12, 10, visit(2, 100), zones=[ROOM])
    assert isinstance(stay, Stay)
    assert stay.seconds == pytest.approx(10, abs=0.5)


@given(Points, st.floats(-400, 400), st.floats(-400, 400))
def test_inside_a_polygon_moves_with_it(point: Point, across: float, down: float) -> None:
    corners = [Point(x * 1280, y * 720) for x, y in ROOM.polygon]
    assume(min(abs(point.x - x) for x, _ in corners) > 1e-6)
    assume(min(abs(point.y - y) for _, y in corners) > 1e-6)
    moved = [Point(x + across, y + down) for x, y in corners]
    assert inside(corners, point) == inside(moved, Point(point.x + across, point.y + down))
    assert inside(corners, point) == inside(corners[::-1], point)
    assert inside(corners, point) == (512 < point.x < 896 and 288 < point.y < 648)


def test_a_bow_tie_crosses_itself_and_a_star_shaped_room_does_not() -> None:
    assert crosses_itself([Point(0, 0), Point(1, 1), Point(1, 0), Point(0, 1)])
    assert not crosses_itself([Point(0, 0), Point(0.5, 0.2), Point(1, 0), Point(0.8, 0.5), Point(1, 1), Point(0, 1)])
