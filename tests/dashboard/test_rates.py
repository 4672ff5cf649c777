"""Intervals of a change hold what they promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.rates import change

WEEKS = 10_000


@pytest.mark.parametrize(("mean", "truth"), [(60, 1.0), (400, 1.12), (2500, 0.9), (900, 1.5)])
def test_intervals_hold_the_truth_in_95_percent_of_simulated_weeks(mean: float, truth: float) -> None:
    """Also where the week is set beside the mean of four."""
    choose = np.random.default_rng(3)
    for weeks in (1, 4):
        now, before = choose.poisson(mean * truth, WEEKS), choose.poisson(mean * weeks, WEEKS)
        held = 0
        for count, reference in zip(now, before, strict=True):
            found = change(count, 1, reference, weeks)
            assert found is not None
            assert found.high is not None
            held += found.low <= truth <= found.high
        assert 0.94 <= held / WEEKS <= 0.96, held / WEEKS


@pytest.mark.parametrize("mean", [40, 300, 5000])
def test_equal_weeks_show_no_difference_at_least_94_times_in_100(mean: float) -> None:
    choose = np.random.default_rng(5)
    pairs = choose.poisson(mean, (WEEKS, 2))
    same = sum(found.could_be_chance for a, b in pairs if (found := change(a, 7, b, 7)))
    assert same / WEEKS >= 0.94


@given(
    count=st.integers(0, 10**6),
    reference=st.integers(1, 10**6),
    exposure=st.floats(0.1, 1e4),
    other=st.floats(0.1, 1e4),
)
def test_the_ratio_lies_within_its_interval(count: int, reference: int, exposure: float, other: float) -> None:
    found = change(count, exposure, reference, other)
    assert found is not None
    assert found.ratio is not None
    assert found.high is not None
    assert 0 <= found.low <= found.ratio * (1 + 1e-9) + 1e-12
    assert found.ratio <= found.high * (1 + 1e-9)


def test_what_can_not_be_compared_is_not() -> None:
    assert change(0, 1, 0, 1) is None
    assert change(5, 0, 5, 1) is None
    after_nothing = change(5, 1, 0, 1)
    assert after_nothing is not None
    assert (after_nothing.ratio, after_nothing.high) == (None, None)


def test_twice_the_time_is_no_increase() -> None:
    found = change(200, 2, 100, 1)
    assert found is not None
    assert found.ratio == 1
    assert found.could_be_chance
