"""The rules of a visit, for any order of sightings."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from face_api.memory.visits import KEPT_VISITS, History, Sighting, see

GAP = 100.0
moments = st.lists(st.integers(0, 5_000).map(float), min_size=1, max_size=40)


def run(times: list[float]) -> tuple[list[Sighting], History]:
    """Everything that was answered, and the history at the end."""
    history, answers = History(), []
    for time in times:
        answer, history = see(history, time, "camera", GAP)
        answers.append(answer)
    return answers, history


@given(moments)
def test_the_first_sighting_is_new_and_no_other(times: list[float]) -> None:
    answers, _ = run(times)
    assert [answer.visit == "new" for answer in answers] == [True] + [False] * (len(times) - 1)


@given(moments)
def test_each_visit_is_counted_once(times: list[float]) -> None:
    answers, history = run(times)
    begun = [answer for answer in answers if answer.visit in {"new", "returning"}]
    assert history.count == len(begun)
    assert len(history.visits) <= KEPT_VISITS


@given(st.lists(st.tuples(st.integers(0, 5_000).map(float), st.sampled_from("abc")), min_size=1, max_size=30))
def test_each_visit_is_counted_at_each_camera_once(seen: list[tuple[float, str]]) -> None:
    history, first = History(), 0
    for time, camera in sorted(seen):
        answer, history = see(history, time, camera, GAP)
        assert answer.first_at_camera or answer.visit == "present"
        first += answer.first_at_camera
    assert first == sum(len(visit.cameras) for visit in history.visits)


@given(moments)
def test_in_order_a_visit_ends_where_the_gap_is_larger(times: list[float]) -> None:
    ordered = sorted(times)
    _, history = run(ordered)
    breaks = sum(later - earlier > GAP for earlier, later in pairwise(ordered))
    assert history.count == breaks + 1
