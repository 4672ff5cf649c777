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
        answer, history = see(history, time, GAP)
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
    assert [answer.visits for answer in begun] == list(range(1, len(begun) + 1))
    assert all(answer.dwell_seconds == 0 for answer in begun)


@given(moments)
def test_in_order_a_visit_ends_where_the_gap_is_larger(times: list[float]) -> None:
    ordered = sorted(times)
    _, history = run(ordered)
    breaks = sum(later - earlier > GAP for earlier, later in pairwise(ordered))
    assert history.count == breaks + 1


@given(moments)
def test_dwell_is_never_negative_and_never_longer_than_the_visit(times: list[float]) -> None:
    answers, history = run(times)
    longest = max(visit.last_seen_at - visit.started_at for visit in history.visits)
    assert all(answer.dwell_seconds >= 0 for answer in answers)
    assert len(history.visits) <= KEPT_VISITS
    if history.count == len(history.visits):
        assert max(answer.dwell_seconds for answer in answers) <= longest
