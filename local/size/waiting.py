"""How long counts wait for company (MIN_GROUP) before they leave, on average."""

from local.size.demand import Demand

LONGEST_MINUTES = 60.0
"""A crossings row leaves at the end of its hour at the latest."""
CROSSINGS_PER_VISITOR = 2


def crossings_row_minutes(demand: Demand) -> float:
    """What a row of a line spans in a mean open hour, with as many visitors at the door as before a camera.

    Half the rows are shorter than three quarters of it: `python -m tests.attack` measures 11.5 minutes at the median
    where 100 visitors in ten hours give 15 here.
    """
    crossings = CROSSINGS_PER_VISITOR * demand.visitors_per_hour * demand.mean_to_busiest
    return min(LONGEST_MINUTES, 60.0 * demand.min_group / crossings)


def tally_minutes(demand: Demand) -> float:
    """What a tally of a camera spans in a mean open hour."""
    return 60.0 * demand.min_group / (demand.visitors_per_hour * demand.mean_to_busiest)
