"""What the runner makes of a query's text: what it runs, and what it refuses by name."""

from pathlib import Path

import pytest

from local.windows.errors import NotSupportedError, QueryInvalidError, WindowsError
from local.windows.ordering import EventOrdering
from local.windows.plan import plan_query
from tests.windows.conftest import Row, run_file

FROM = "INTO out FROM visits TIMESTAMP BY seenAt"


def window_of(text: str) -> str:
    return f"SELECT System.Timestamp() AS t, COUNT(*) AS n {FROM} GROUP BY {text}"


@pytest.mark.parametrize(
    ("query", "named"),
    [
        (window_of("HoppingWindow(second, 30, 15)"), "HoppingWindow"),
        (window_of("SlidingWindow(second, 30)"), "SlidingWindow"),
        (window_of("SessionWindow(second, 30, 60)"), "SessionWindow"),
        (
            window_of("store, TumblingWindow(Duration(second, 15), Offset(second, 1))"),
            r"TumblingWindow\(unit, number\)",
        ),
        (f"SELECT LAG(store) OVER (LIMIT DURATION(second, 5)) AS s {FROM}", "LIMIT DURATION"),
        (f"SELECT udf.mine(store) AS s {FROM}", "mine"),
        (f"SELECT SUM(n) OVER (PARTITION BY store) AS s {FROM}", "OVER"),
        (f"SELECT DATEADD(second, 1, System.Timestamp()) AS s {FROM}", "DATE_?ADD"),
        (f"SELECT CAST(store AS geography) AS s {FROM}", "GEOGRAPHY"),
        (f"SELECT TOP 1 store {FROM}", "TOP"),
        (f"SELECT DISTINCT store {FROM}", "DISTINCT"),
        (f"SELECT * {FROM}", r"SELECT \*"),
        (f"SELECT store {FROM} OVER camera", "substreams"),
        (f"SELECT store {FROM} PARTITION BY PartitionId", "PARTITION BY"),
        ("SELECT store INTO out FROM visits TIMESTAMP BY CAST(seenAt AS datetime)", "expression"),
        ("SELECT a.x INTO out FROM a JOIN b ON a.id = b.id AND DATEDIFF(second, a, b) BETWEEN 0 AND 5", "JOIN"),
        ("SELECT x INTO a FROM one SELECT y INTO b FROM two", "2 inputs"),
    ],
)
def test_what_is_not_supported_is_refused_by_name(query: str, named: str) -> None:
    with pytest.raises(NotSupportedError, match=named):
        plan_query(query)


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("", "no SELECT"),
        ("SELECT FROM WHERE", "parse"),
        ("WITH a AS (SELECT x FROM b", "parenthesis"),
        ("SELECT x FROM visits", "INTO"),
        (f"SELECT COUNT(*) AS n {FROM}", "GROUP BY"),
        (window_of("store"), "exactly one window"),
        (window_of("TumblingWindow(fortnight, 1)"), "fortnight"),
        (window_of("TumblingWindow(day, 8)"), "7 days"),
        (f"SELECT COUNT(*) {FROM} GROUP BY TumblingWindow(second, 15)", "needs a name"),
        ("WITH a AS (SELECT x FROM visits) SELECT y INTO out FROM a", "reads y"),
        ("WITH a AS (SELECT x FROM visits), A AS (SELECT x FROM a) SELECT x INTO out FROM a", "called A"),
        ("SELECT x INTO a FROM v TIMESTAMP BY t SELECT x INTO b FROM v", "same TIMESTAMP BY"),
        # Stream Analytics knows no aliases of the same SELECT; DuckDB would.
        ("WITH a AS (SELECT x FROM visits) SELECT x AS z INTO out FROM a WHERE z = 1", "reads z"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason(query: str, named: str) -> None:
    with pytest.raises(QueryInvalidError, match=named):
        plan_query(query)


def rows_of(tmp_path: Path, query: str, bodies: list[Row]) -> dict[str, list[Row]]:
    lines = [{"body": body, "enqueuedAt": body["at"]} for body in bodies]
    return run_file(tmp_path, lines, EventOrdering(), query=query)


READINGS: list[Row] = [
    {"at": "2026-03-02T10:00:01Z", "id": "a", "value": 1},
    {"at": "2026-03-02T10:00:02Z", "id": "b", "value": None},
    {"at": "2026-03-02T10:00:02Z", "id": "a", "value": 4},
    {"at": "2026-03-02T10:00:16Z", "id": None, "value": 7},
]


def test_aggregates_pass_over_nulls_and_count_distinct_counts_none(tmp_path: Path) -> None:
    query = """
        WITH typed AS (SELECT id, TRY_CAST(value AS bigint) AS value FROM visits TIMESTAMP BY at)
        SELECT System.Timestamp() AS t, COUNT(*) AS events, COUNT(value) AS n, COUNT(DISTINCT id) AS ids,
            SUM(value) AS total, AVG(CAST(value AS float)) AS mean, MIN(value) AS low, MAX(value) AS high
        INTO out FROM typed GROUP BY TumblingWindow(second, 15)
    """
    assert rows_of(tmp_path, query, READINGS)["out"] == [
        {"t": "2026-03-02T10:00:15Z", "events": 3, "n": 2, "ids": 2, "total": 5, "mean": 2.5, "low": 1, "high": 4},
        {"t": "2026-03-02T10:00:30Z", "events": 1, "n": 1, "ids": 0, "total": 7, "mean": 7.0, "low": 7, "high": 7},
    ]


def test_a_snapshot_window_groups_events_of_one_moment(tmp_path: Path) -> None:
    query = """
        SELECT System.Timestamp() AS t, COUNT(*) AS n INTO out FROM visits TIMESTAMP BY at GROUP BY System.Timestamp()
    """
    rows = rows_of(tmp_path, query, READINGS)["out"]
    assert [(row["t"][-3:-1], row["n"]) for row in rows] == [("01", 1), ("02", 2), ("16", 1)]


def test_whole_numbers_divide_to_whole_numbers_and_case_without_else_is_null(tmp_path: Path) -> None:
    query = """
        WITH typed AS (SELECT id, CAST(value AS bigint) AS value FROM visits TIMESTAMP BY at)
        SELECT value / 2 AS half, value / 2.0 AS exact, CASE WHEN id = 'a' THEN 1 END AS isA INTO out FROM typed
        WHERE value IS NOT NULL
    """
    assert [tuple(row.values()) for row in rows_of(tmp_path, query, READINGS)["out"]] == [
        (0, 0.5, 1), (2, 2.0, 1), (3, 3.5, None),
    ]  # fmt: skip


def test_isfirst_looks_at_each_interval_by_itself_and_is_blind_to_where(tmp_path: Path) -> None:
    query = """
        SELECT id, TRY_CAST(value AS bigint) AS value, ISFIRST(second, 15) OVER (PARTITION BY id) AS first
        INTO out FROM visits TIMESTAMP BY at WHERE value = '4' OR value = '7'
    """
    # The first `a` of the interval is the reading of 1, which WHERE leaves out: so the reading of 4 is not first.
    assert [tuple(row.values()) for row in rows_of(tmp_path, query, READINGS)["out"]] == [("a", 4, 0), (None, 7, 1)]


def test_isfirsts_of_unlike_keys_and_intervals_each_keep_to_their_own(tmp_path: Path) -> None:
    query = """
        SELECT id, ISFIRST(second, 2) OVER (PARTITION BY id) AS a, ISFIRST(second, 3) OVER (PARTITION BY value) AS b,
            ISFIRST(minute, 1) AS c
        INTO out FROM visits TIMESTAMP BY at
    """
    readings = [(1, "a", 1), (2, "a", 1), (3, "a", 2), (3, "b", 1), (4, "b", 2), (4, "c", None), (6, "d", None)]
    bodies: list[Row] = [{"at": f"2026-03-02T10:00:{s:02}Z", "id": id_, "value": value} for s, id_, value in readings]
    assert [tuple(row.values()) for row in rows_of(tmp_path, query, bodies)["out"]] == [
        ("a", 1, 1, 1), ("a", 0, 0, 0), ("a", 1, 1, 0), ("b", 1, 0, 0), ("b", 0, 1, 0), ("c", 1, 1, 0), ("d", 1, 0, 0),
    ]  # fmt: skip


def test_one_with_feeds_several_outputs_and_a_window_may_follow_a_window(tmp_path: Path) -> None:
    query = """
        WITH quarters AS (
            SELECT id, COUNT(*) AS n FROM visits TIMESTAMP BY at GROUP BY id, TumblingWindow(second, 15)
        )
        SELECT id, n INTO [each] FROM quarters WHERE n > 1
        SELECT System.Timestamp() AS t, SUM(n) AS n INTO minutes FROM quarters GROUP BY TumblingWindow(minute, 1);
    """
    rows = rows_of(tmp_path, query, READINGS)
    assert rows == {"each": [{"id": "a", "n": 2}], "minutes": [{"t": "2026-03-02T10:01:00Z", "n": 4}]}


def test_the_arrival_time_can_be_read(tmp_path: Path) -> None:
    lines = [{"body": READINGS[0], "enqueuedAt": "2026-03-02T10:00:04Z"}]
    query = "SELECT EventEnqueuedUtcTime AS came INTO out FROM visits TIMESTAMP BY at"
    assert run_file(tmp_path, lines, query=query)["out"] == [{"came": "2026-03-02T10:00:04Z"}]


@pytest.mark.parametrize("name", ["arrival", "sequence", "mark", "late", "t", "readable", "rows", "stamp", "body"])
def test_an_events_field_may_have_any_name(tmp_path: Path, name: str) -> None:
    query = "SELECT NAME AS field, System.Timestamp() AS t INTO out FROM visits TIMESTAMP BY at".replace("NAME", name)
    rows = rows_of(tmp_path, query, [{"at": "2026-03-02T10:00:01Z", name: "a"}])
    assert rows["out"] == [{"field": "a", "t": "2026-03-02T10:00:01Z"}]


def test_a_query_may_read_no_field_at_all(tmp_path: Path) -> None:
    query = "SELECT COUNT(*) AS n INTO out FROM visits GROUP BY TumblingWindow(second, 15)"
    assert rows_of(tmp_path, query, READINGS)["out"] == [{"n": 3}, {"n": 1}]


def test_an_aggregate_over_text_is_the_querys_fault(tmp_path: Path) -> None:
    query = f"SELECT SUM(value) AS n {FROM} GROUP BY TumblingWindow(second, 15)"
    with pytest.raises(WindowsError, match=r"sum|SUM"):
        rows_of(tmp_path, query, READINGS)
