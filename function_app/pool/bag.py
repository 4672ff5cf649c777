"""Adding to a bag of counts."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from function_app.moments import QUARTER_MINUTE, last_mark
from function_app.pool.rules import LEAVING
from function_app.pool.state import Bag


def add(bag: Bag, counts: Mapping[str, int], company: int, end: datetime, made_of: str, *, earliest: datetime) -> Bag:
    """The bag with what was counted in the quarter minute up to `end` in it as well.

    What was counted before the bag begins came late. Then the bag begins at a full step of the clock, or at `earliest`:
    the quarter minute itself would be one person's.
    """
    begun = end - QUARTER_MINUTE
    return Bag(
        since=bag.since if bag.since <= begun else max(earliest, last_mark(begun, LEAVING)),
        until=max(bag.until, end),
        made_of=chain(bag.made_of, made_of),
        company=bag.company + company,
        counts=total(bag.counts, counts),
    )


def merge(bag: Bag, other: Bag) -> Bag:
    """Both together."""
    return Bag(
        since=min(bag.since, other.since),
        until=max(bag.until, other.until),
        made_of=chain(bag.made_of, other.made_of),
        company=bag.company + other.company,
        counts=total(bag.counts, other.counts),
    )


def emptied(bag: Bag) -> Bag:
    """The bag after all in it has left: what comes next lies after it."""
    return Bag(since=bag.until, until=bag.until)


def total(some: Mapping[str, int], others: Mapping[str, int]) -> dict[str, int]:
    """Sums by name; names with 0 are left out."""
    sums = Counter(some)
    for name, count in others.items():
        sums[name] += count
    return {name: count for name, count in sums.items() if count}


def chain(before: str, link: str) -> str:
    """A digest that stands for both, in this order: 32 hex digits."""
    return hashlib.sha256(f"{before} {link}".encode()).hexdigest()[:32]
