import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edge.policy import WINDOW, Candidate, PicturePolicy
from edge.tracking.track import Track
from tests.edge.scenes import frame_of
from vision.boxes import Box

BETWEEN = 5.0
BLACK = np.zeros((8, 8, 3), np.uint8)


def track(number: int = 1) -> Track:
    return Track(number, Box(0, 0, 1, 1), 0.9, 0.0)


def moment(at: float, serves: tuple[Track, ...], sharpness: float = 1.0) -> Candidate:
    return Candidate(frame_of(BLACK, at), (), serves, sharpness)


def test_a_newcomer_is_due_at_once() -> None:
    someone = track()
    assert PicturePolicy().due([someone], at=0.0, seconds_between=BETWEEN) == (someone,)


def test_when_the_window_is_over_the_sharpest_moment_wins() -> None:
    policy, someone = PicturePolicy(), track()
    for at, sharpness in ((1.0, 5.0), (1.1, 9.0), (1.15, 7.0)):
        policy.offer(moment(at, (someone,), sharpness))
    assert policy.decide(1.0 + WINDOW - 0.01) is None
    chosen = policy.decide(1.0 + WINDOW)
    assert chosen is not None
    assert chosen.frame.at == 1.1


def test_a_moment_that_serves_more_people_beats_a_sharper_one() -> None:
    policy, one, other = PicturePolicy(), track(1), track(2)
    policy.offer(moment(0.0, (one, other), sharpness=1.0))
    policy.offer(moment(0.1, (one,), sharpness=9.0))
    chosen = policy.decide(WINDOW)
    assert chosen is not None
    assert chosen.serves == (one, other)


def test_who_was_pictured_is_due_again_after_the_time_between_less_the_window() -> None:
    policy, someone = PicturePolicy(), track()
    policy.offer(moment(0.0, (someone,)))
    policy.decide(WINDOW)
    assert not policy.due([someone], at=BETWEEN - WINDOW - 0.01, seconds_between=BETWEEN)
    assert policy.due([someone], at=BETWEEN - WINDOW, seconds_between=BETWEEN) == (someone,)


def test_time_between_pictures_counts_for_each_person() -> None:
    policy, one, other = PicturePolicy(), track(1), track(2)
    policy.offer(moment(0.0, (one,)))
    policy.decide(WINDOW)
    assert policy.due([one, other], at=1.0, seconds_between=BETWEEN) == (other,)


def test_companions_who_are_half_way_there_come_along() -> None:
    policy, one, other = PicturePolicy(), track(1), track(2)
    one.pictured_at, other.pictured_at = 0.0, 2.0
    assert not policy.due([one, other], at=4.7, seconds_between=BETWEEN)
    assert policy.due([one, other], at=4.8, seconds_between=BETWEEN) == (one,)
    assert policy.companions([one, other], at=4.4, seconds_between=BETWEEN) == (one,)
    assert policy.companions([one, other], at=4.8, seconds_between=BETWEEN) == (other,)


def test_nothing_offered_nothing_decided() -> None:
    assert PicturePolicy().decide(float("inf")) is None


def test_a_moment_is_sent_once() -> None:
    policy = PicturePolicy()
    policy.offer(moment(0.0, (track(),)))
    assert policy.decide(float("inf")) is not None
    assert policy.decide(float("inf")) is None
    assert policy.decide_at == float("inf")


@given(st.lists(st.floats(0.01, 0.3), min_size=1, max_size=200), st.floats(0.5, 20))
def test_someone_who_stays_is_pictured_no_more_often_than_asked_and_never_forgotten(
    gaps: list[float], between: float
) -> None:
    policy, someone = PicturePolicy(), track()
    at, pictured = 0.0, []
    for gap in gaps:
        at += gap
        if policy.due([someone], at, between):
            policy.offer(moment(at, (someone,)))
        if chosen := policy.decide(at):
            pictured.append(chosen.frame.at)
    assert len(pictured) <= (at - gaps[0]) / (between - WINDOW) + 1
    assert len(pictured) >= int((at - gaps[0] - WINDOW - 0.3) / (between + WINDOW + 0.6))
