"""Nine days of a shop, worked out once by a process, and only if one of its tests looks at them."""

from datetime import datetime
from functools import cache

from tests.dashboard.rows import Row, at, shop_days, shop_traffic

DAY = "2026-03-10"
FIRST, LAST = at("2026-03-02 08:00:00"), at("2026-03-10 15:30:00")


@cache
def face_rows(first: datetime = FIRST) -> list[Row]:
    """What the cameras at displays saw."""
    return list(shop_days(first, LAST, seed=1))


@cache
def count_rows(first: datetime = FIRST) -> list[Row]:
    """Who went past, came in and stayed."""
    return list(shop_traffic(first, LAST, seed=2))


def within(rows: list[Row], first: str, last: str) -> list[Row]:
    """The rows of whole days in UTC."""
    return [each for each in rows if f"{first}T00:00:00Z" < each["windowEnd"] <= f"{last}T24:00:00Z"]


def of_day() -> list[Row]:
    """The last day's faces."""
    return within(face_rows(), DAY, DAY)
