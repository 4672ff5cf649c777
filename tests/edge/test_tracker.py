from hypothesis import given
from hypothesis import strategies as st

from edge.gate.detections import Person
from edge.tracker import FORGET_AFTER, Tracker
from vision.boxes import Box


def person(left: float, top: float = 100, width: float = 80, height: float = 200) -> Person:
    return Person(Box(left, top, left + width, top + height), 0.9)


def test_someone_who_moves_a_little_stays_the_same_person() -> None:
    tracker = Tracker()
    numbers = [tracker.follow([person(100 + 20 * step)], at=step * 0.1)[0].number for step in range(20)]
    assert set(numbers) == {1}


def test_someone_elsewhere_is_someone_else() -> None:
    tracker = Tracker()
    (first,) = tracker.follow([person(0)], at=0)
    (second,) = tracker.follow([person(500)], at=0.1)
    assert first.number != second.number


def test_two_people_keep_their_numbers_whatever_order_the_model_names_them_in() -> None:
    tracker = Tracker()
    left, right = tracker.follow([person(0), person(300)], at=0)
    again_right, again_left = tracker.follow([person(310), person(10)], at=0.1)
    assert (again_left.number, again_right.number) == (left.number, right.number)


def test_someone_missed_for_a_moment_is_still_known() -> None:
    tracker = Tracker()
    (before,) = tracker.follow([person(0)], at=0)
    tracker.follow([], at=1)
    assert tracker.follow([person(10)], at=FORGET_AFTER)[0].number == before.number


def test_someone_gone_longer_is_new() -> None:
    tracker = Tracker()
    (before,) = tracker.follow([person(0)], at=0)
    assert tracker.follow([person(0)], at=FORGET_AFTER + 0.01)[0].number != before.number


@given(st.lists(st.lists(st.floats(0, 1000), max_size=6), max_size=10))
def test_each_person_in_a_frame_has_a_number_of_their_own(frames: list[list[float]]) -> None:
    tracker = Tracker()
    for step, lefts in enumerate(frames):
        numbers = [track.number for track in tracker.follow([person(left) for left in lefts], at=step * 0.1)]
        assert len(set(numbers)) == len(lefts)
