"""How long counts wait for company, by hand."""

import pytest

from local.size.demand import Demand
from local.size.waiting import crossings_row_minutes, tally_minutes


@pytest.mark.parametrize(
    ("an_hour", "group", "row", "tally"),
    [(10, 5, 15.0, 30.0), (60, 5, 2.5, 5.0), (2, 5, 60.0, 150.0), (60, 10, 5.0, 10.0)],
)
def test_a_row_spans_the_time_in_which_a_group_comes_together(
    an_hour: int, group: int, row: float, tally: float
) -> None:
    demand = Demand(1, 1, an_hour, mean_to_busiest=1.0, min_group=group)
    assert (crossings_row_minutes(demand), tally_minutes(demand)) == (row, tally)
