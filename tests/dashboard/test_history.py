"""What may be shown is kept whole: every look at it is of one moment, and old days go."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, date, timedelta
from pathlib import Path

import pytest

from local.dashboard.history import KEEP, History, Selection
from local.dashboard.pooling import Pooling
from local.dashboard.snapshot import Rules, View, take
from local.dashboard.windows import Release, read_row
from tests.dashboard.rows import Row, at, people

RULES = Rules(UTC, "UTC", 0)
START = at("2026-03-10 09:00:00")


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    kept = History(tmp_path / "history.duckdb")
    yield kept
    kept.close()


def releases(rows: list[Row]) -> list[Release]:
    pooling = Pooling(0, UTC)
    return [each for row in rows for each in pooling.add(read_row(json.dumps(row).encode()))]


def test_a_look_while_rows_arrive_is_of_one_moment(history: History) -> None:
    batches = [
        releases([people(START + timedelta(seconds=15 * (50 * batch + step)), 1) for step in range(1, 51)])
        for batch in range(30)
    ]

    def fill() -> None:
        for batch in batches:
            history.add(batch)

    writer = threading.Thread(target=fill)
    writer.start()
    looks = []
    while writer.is_alive():
        looks.append(take(history, View(date(2026, 3, 10), None, None), RULES, START))
    writer.join()
    assert len({look["total"]["visitors"] for look in looks}) > 2
    for look in looks:
        visitors = look["total"]["visitors"]
        assert sum(hour["visitors"] for hour in look["hours"]) == visitors
        newest = (START + timedelta(seconds=15 * visitors)).strftime("%Y-%m-%dT%H:%M:%SZ")
        assert (look["now"] or {"windowEnd": newest})["windowEnd"] == newest
        assert len(look["rows"]) == min(visitors, 40)


def test_the_latest_rows_come_newest_first(history: History) -> None:
    history.add(releases([people(START + timedelta(seconds=15 * step), step) for step in range(1, 6)]))
    with history.looking() as look:
        latest = look.latest(Selection(START, START + timedelta(hours=1)), 3)
    assert [row["visitors"] for row in latest] == [5, 4, 3]


def test_days_past_the_limit_go(history: History) -> None:
    history.add(releases([people(START, 1)]))
    history.add(releases([people(START + KEEP + timedelta(days=1), 2)]))
    with history.looking() as look:
        assert look.span(None, None) == (START + KEEP + timedelta(days=1),) * 2
