"""Who is still the same person: at any frame rate, past pillars and one another."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.gate.detections import Person
from edge.tracking.tracker import FORGET_AFTER, Tracker
from vision.boxes import Box

SURE, UNSURE = 0.35, 0.2


def person(left: float, top: float = 100, width: float = 80, height: float = 200, score: float = 0.9) -> Person:
    return Person(Box(left, top, left + width, top + height), score)


def numbers(tracker: Tracker, people: list[Person], at: float) -> list[int]:
    """The numbers of these people's tracks, in the people's order."""
    tracks = {track.box: track.number for track in tracker.follow(people, at, SURE)}
    return [tracks[one.box] for one in people]


@pytest.mark.parametrize("rate", [2, 3, 5, 10, 30])
@pytest.mark.parametrize("speed", [0, 60, 160, 300])
def test_a_walker_is_one_person_at_any_frame_rate(rate: int, speed: int) -> None:
    """speed: pixels a second of someone 200 pixels high; 160 is a walk."""
    tracker = Tracker()
    seen = {numbers(tracker, [person(speed * step / rate)], at=step / rate)[0] for step in range(5 * rate)}
    assert seen == {1}


@pytest.mark.parametrize("rate", [0.1, 0.4, 1])
def test_someone_who_stays_is_one_person_however_rarely_one_looks(rate: float) -> None:
    tracker = Tracker()
    seen = {numbers(tracker, [person(100 + 5 * (step % 3))], at=step / rate)[0] for step in range(20)}
    assert seen == {1}


def test_someone_elsewhere_is_someone_else() -> None:
    tracker = Tracker()
    assert numbers(tracker, [person(0)], at=0) != numbers(tracker, [person(500)], at=0.1)


def test_someone_twice_as_high_is_someone_else() -> None:
    tracker = Tracker()
    assert numbers(tracker, [person(0)], at=0) != numbers(tracker, [person(0, 0, 180, 420)], at=0.1)


def test_two_people_keep_their_numbers_whatever_order_the_model_names_them_in() -> None:
    tracker = Tracker()
    left, right = numbers(tracker, [person(0), person(300)], at=0)
    assert numbers(tracker, [person(310), person(10)], at=0.1) == [right, left]


def test_two_who_pass_one_another_keep_their_numbers() -> None:
    tracker, seen = Tracker(), set()
    for step in range(40):
        people = [person(15 * step), person(600 - 15 * step, 110)]
        seen.add(tuple(numbers(tracker, people, at=step / 10)))
    assert seen == {(1, 2)}


def test_a_walker_lost_behind_a_pillar_is_known_again() -> None:
    tracker = Tracker()
    for step in range(10):
        tracker.follow([person(16 * step)], step / 10, SURE)
    for step in range(10, 22):
        tracker.follow([], step / 10, SURE)
    assert numbers(tracker, [person(16 * 22)], at=2.2) == [1]


def test_someone_gone_longer_is_new() -> None:
    tracker = Tracker()
    for step in range(3):
        tracker.follow([person(0)], step / 10, SURE)
    gone = 0.2 + FORGET_AFTER
    for at in (0.3, 0.9, 1.5, gone + 0.1):
        tracker.follow([], at, SURE)
    assert numbers(tracker, [person(0)], at=gone + 0.2) == [2]


def test_an_unsure_look_carries_a_person_on_but_begins_none() -> None:
    tracker = Tracker()
    assert tracker.follow([person(0, score=UNSURE)], 0.0, SURE) == ()
    (begun,) = tracker.follow([person(0)], 0.1, SURE)
    (carried_on,) = tracker.follow([person(4, score=UNSURE)], 0.2, SURE)
    assert carried_on.number == begun.number


def test_the_expected_box_is_steadier_than_the_models() -> None:
    tracker = Tracker()
    shaken = itertools.cycle([-10.0, 10.0])
    feet = []
    for step in range(60):
        (track,) = tracker.follow([person(300 + next(shaken))], step / 10, SURE)
        feet.append(track.foot[0] - 340)
    assert max(map(abs, feet[20:])) < 6


@given(st.lists(st.lists(st.tuples(st.floats(0, 1000), st.floats(0.1, 1)), max_size=6), max_size=10))
def test_each_person_in_a_frame_has_a_track_of_their_own(frames: list[list[tuple[float, float]]]) -> None:
    tracker = Tracker()
    for step, people in enumerate(frames):
        tracks = tracker.follow([person(left, score=score) for left, score in people], step * 0.1, SURE)
        assert len({track.number for track in tracks}) == len(tracks) <= len(people)
        assert len(tracks) >= sum(score >= SURE for _, score in people)
