"""What the runner makes of a query's text: what it runs, and what it refuses by name."""

# ruff: noqa: S608 - queries are what is tested

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.windows.conftest import QUERY, Row, run_file
from windows.database import connect
from windows.dataflow import Dataflow
from windows.errors import EvaluationError, NotSupportedError, QueryInvalidError, WindowsError
from windows.ordering import EventOrdering
from windows.plan import plan_query

FROM = "INTO out FROM visits TIMESTAMP BY seenAt"
TYPED = """WITH typed AS (
    SELECT TRY_CAST(id AS nvarchar(max)) AS id, TRY_CAST(value AS bigint) AS value, TRY_CAST(value AS float) AS number,
        TRY_CAST(at AS datetime) AS at FROM visits TIMESTAMP BY at)
"""


def window_of(text: str) -> str:
    return f"SELECT System.Timestamp() AS t, COUNT(*) AS n {FROM} GROUP BY {text}"


def of_typed(text: str) -> str:
    return f"{TYPED} SELECT {text} AS z INTO out FROM typed"


@pytest.mark.parametrize(
    ("query", "named"),
    [
        (window_of("HoppingWindow(second, 30, 15)"), "HoppingWindow"),
        (window_of("SlidingWindow(second, 30)"), "SlidingWindow"),
        (window_of("SessionWindow(second, 30, 60)"), "SessionWindow"),
        (window_of("TumblingWindow(Duration(second, 15), Offset(second, 1))"), r"TumblingWindow\(unit, number\)"),
        (window_of("TumblingWindow(second, 1.5)"), "a whole one"),
        (window_of("TumblingWindow(second, -5)"), "a whole one"),
        (window_of("CUBE (store), TumblingWindow(second, 5)"), "(?i)cube"),
        (f"SELECT udf.mine(store) AS s {FROM}", "mine"),
        (of_typed("SUM(value) OVER (PARTITION BY id)"), "OVER"),
        (of_typed("LAG(value) OVER (PARTITION BY id LIMIT DURATION(second, 5))"), "LAG"),
        (of_typed("LAG(id, 2) OVER (PARTITION BY id LIMIT DURATION(second, 5))"), "LAG"),
        (of_typed("LAG(id) OVER (PARTITION BY id)"), "LAG"),
        (of_typed("LAST(value) OVER (PARTITION BY id LIMIT DURATION(second, 5))"), "OVER"),
        (of_typed("ISFIRST(second, 5) OVER (PARTITION BY id WHEN value > 1)"), r"WHEN inside OVER"),
        (of_typed("DATEADD(second, 1, System.Timestamp())"), "(?i)date_?add"),
        (of_typed("DATENAME(month, at)"), "(?i)datename|to_?char|format"),
        (of_typed("CAST(id AS geography)"), "GEOGRAPHY"),
        (of_typed("TRY_CAST(value AS bit)"), "BIT|BOOLEAN"),
        (of_typed("GetArrayElement(id, 0)"), "GetArrayElement"),
        (of_typed("id + 'x'"), "arithmetic with id"),
        (of_typed("id > 'x'"), "order of texts"),
        (of_typed("CASE WHEN value = '4' THEN 1 ELSE 0 END"), "comparison value = '4'"),
        (of_typed("CASE WHEN at = id THEN 1 ELSE 0 END"), "comparison"),
        (of_typed("value > 1"), "as a value"),
        (of_typed("value IS NULL"), "as a value"),
        (of_typed("CASE value WHEN 1 THEN 2 ELSE 3 END"), "CASE with an expression"),
        (of_typed("COALESCE(id, value)"), "bigint and nvarchar"),
        (of_typed("value | 1"), r"value \| 1"),
        (of_typed("0x1F"), "0x1F|1F|31"),
        (of_typed("ROUND(number)"), "ROUND"),
        (of_typed("UPPER(value)"), "UPPER of bigint"),
        (of_typed("CAST(number AS nvarchar(max))"), "a CAST of float"),
        (of_typed("id LIKE id"), "LIKE with a pattern"),
        (of_typed("CASE WHEN id LIKE '[a' THEN 1 ELSE 0 END"), "LIKE with a set"),
        (of_typed("NULL"), "NULL"),
        (of_typed("CASE WHEN value = NULL THEN 1 ELSE 0 END"), "NULL"),
        (of_typed("@v"), "@v"),
        (of_typed("__at"), "__at"),
        (of_typed("rowid"), "rowid"),
        # Other people's queries (faults/services.md, 7): a field has its type from the event, which nobody knows here.
        (f"SELECT sensor.temp {FROM}", "the nested field sensor.temp"),
        (f"SELECT TRY_CAST(sensor.temp AS float) AS t {FROM}", "the nested field sensor.temp"),
        (f"SELECT a.b.c AS c {FROM}", "the nested field a.b.c"),
        (f"SELECT temp {FROM}", r"temp without a type: write TRY_CAST\(temp AS"),
        (f"SELECT TRY_CAST(id AS bigint) AS n {FROM} WHERE temp > 10", "temp without a type"),
        (f"SELECT TRY_CAST(id AS bigint) AS n {FROM} WHERE temp = '10'", "temp without a type"),
        (f"SELECT MAX(temp) AS m {FROM} GROUP BY TumblingWindow(second, 5)", "temp without a type"),
        (f"SELECT SUM(temp) AS m {FROM} GROUP BY TumblingWindow(second, 5)", "temp without a type"),
        (f"SELECT AVG(temp) AS m {FROM} GROUP BY TumblingWindow(second, 5)", "temp without a type"),
        (f"SELECT COUNT(DISTINCT temp) AS m {FROM} GROUP BY TumblingWindow(second, 5)", "temp without a type"),
        (window_of("store, TumblingWindow(second, 5)"), "store without a type"),
        (f"SELECT ISFIRST(second, 5) OVER (PARTITION BY temp) AS f {FROM}", "temp without a type"),
        (f"SELECT temp + 1 AS t {FROM}", "temp without a type"),
        (f"SELECT EventProcessedUtcTime AS t {FROM}", "EventProcessedUtcTime"),
        (f"SELECT TRY_CAST(a AS float) AS a, TRY_CAST(A AS bigint) AS b {FROM}", "two spellings, a and A"),
        (f"{TYPED} SELECT ID INTO out FROM typed", "spell it id"),
        (f"{TYPED} SELECT AVG(value) AS a INTO out FROM typed GROUP BY TumblingWindow(second, 5)", "AVG of bigint"),
        (f"{TYPED} SELECT MAX(id) AS a INTO out FROM typed GROUP BY TumblingWindow(second, 5)", "MAX of nvarchar"),
        (f"{TYPED} SELECT SUM(DISTINCT value) AS a INTO out FROM typed GROUP BY TumblingWindow(second, 5)", "DISTINCT"),
        (f"SELECT TOP 1 store {FROM}", "TOP"),
        (f"SELECT DISTINCT store {FROM}", "DISTINCT"),
        (f"SELECT * {FROM}", r"SELECT \*"),
        (f"SELECT visits.* {FROM}", r"\*"),
        (f"SELECT COUNT(*) AS n {FROM} ORDER BY n", "ORDER BY"),
        (f"SELECT store {FROM} OVER camera", "substreams"),
        (f"SELECT store {FROM} PARTITION BY PartitionId", "PARTITION BY"),
        ("SELECT store INTO out FROM visits TIMESTAMP BY CAST(seenAt AS datetime)", "expression"),
        ("SELECT store INTO out FROM visits TIMESTAMP BY a.b", "expression"),
        ("SELECT a.x INTO out FROM a JOIN b ON a.id = b.id AND DATEDIFF(second, a, b) BETWEEN 0 AND 5", "JOIN"),
        ("SELECT x AS x INTO a FROM one SELECT y AS y INTO b FROM two", "2 inputs"),
        (f"{TYPED} SELECT id INTO a FROM typed UNION SELECT id INTO b FROM typed", "UNION outside the WITH"),
        (f"{TYPED}, u AS (SELECT id FROM typed UNION ALL SELECT id FROM typed) SELECT id INTO o FROM u", "UNION ALL"),
        (
            f"{TYPED}, u AS (SELECT id FROM typed UNION SELECT id FROM typed) "
            "SELECT id, ISFIRST(second, 1) OVER (PARTITION BY id) AS f INTO o FROM u",
            "over a UNION",
        ),
        ("SELECT a AS a INTO out FROM (SELECT a AS a FROM visits) AS x", "a FROM that is not one"),
        ("SELECT (SELECT 1) AS a INTO out FROM visits", "SELECT inside a SELECT|subquery"),
        ("SELECT a AS a INTO out FROM read_text('/etc/passwd')", "a FROM that is not one"),
        ("SELECT a AS a INTO out FROM x.y", "a FROM that is not one"),
        ("CREATE TABLE a (b bigint)", "CREATE"),
        (of_typed("(" * 3000 + "1" + ")" * 3000), "as deep as that"),
    ],
)
def test_what_is_not_supported_is_refused_by_name(query: str, named: str) -> None:
    with pytest.raises((NotSupportedError, QueryInvalidError), match=named) as refused:
        plan_query(query)
    assert "\n" not in str(refused.value)


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
        (of_typed("CASE WHEN value = 1 THEN 2 END"), "ELSE"),
        (of_typed("1, 2 AS z, 3"), "two columns called z|needs a name"),
        (f"{TYPED} SELECT id, value AS ID INTO out FROM typed", "two columns called ID"),
        (of_typed("CASE WHEN value THEN 1 ELSE 0 END"), "no condition"),
        (of_typed("99999999999999999999"), "no bigint"),
        (of_typed("1e999"), "no float"),
        (
            f"{TYPED} SELECT id, COUNT(*) AS n INTO out FROM typed GROUP BY TumblingWindow(second, 5)",
            "neither in GROUP",
        ),
        (f"{TYPED} SELECT id INTO out FROM typed HAVING id = 'a'", "HAVING without"),
        (f"{TYPED} SELECT id INTO out FROM typed WHERE COUNT(*) > 1", "GROUP BY"),
        ("WITH a AS (SELECT TRY_CAST(x AS bigint) AS x FROM visits) SELECT y INTO out FROM a", "y is read"),
        (
            "WITH a AS (SELECT TRY_CAST(x AS bigint) AS x FROM v), A AS (SELECT x FROM a) SELECT x INTO out FROM a",
            "called A",
        ),
        ("SELECT x AS x INTO a FROM v TIMESTAMP BY t SELECT x AS x INTO b FROM v", "same TIMESTAMP BY"),
        # Stream Analytics knows no aliases of the same SELECT; DuckDB would.
        (f"{TYPED} SELECT value AS z INTO out FROM typed WHERE z = 1", "z is read"),
        (f"{TYPED}, u AS (SELECT id FROM typed UNION SELECT value FROM typed) SELECT id INTO o FROM u", "other names"),
        *(
            (f"{TYPED} SELECT id INTO [{name}] FROM typed", "an output's name")
            for name in ("../x", "a/b", ".", "a b", "ä")
        ),
        (f"SELECT TRY_CAST(x AS bigint) AS x {FROM} -- \x01", "control"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason(query: str, named: str) -> None:
    with pytest.raises((QueryInvalidError, NotSupportedError), match=named) as refused:
        plan_query(query)
    assert "\n" not in str(refused.value)


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
    query = f"""{TYPED}
        SELECT System.Timestamp() AS t, COUNT(*) AS events, COUNT(value) AS n, COUNT(DISTINCT id) AS ids,
            SUM(value) AS total, AVG(number) AS mean, MIN(value) AS low, MAX(value) AS high, MIN(at) AS earliest
        INTO out FROM typed GROUP BY TumblingWindow(second, 15)
    """
    assert rows_of(tmp_path, query, READINGS)["out"] == [
        {
            "t": "2026-03-02T10:00:15Z", "events": 3, "n": 2, "ids": 2, "total": 5, "mean": 2.5, "low": 1, "high": 4,
            "earliest": "2026-03-02T10:00:01Z",
        },
        {
            "t": "2026-03-02T10:00:30Z", "events": 1, "n": 1, "ids": 0, "total": 7, "mean": 7.0, "low": 7, "high": 7,
            "earliest": "2026-03-02T10:00:16Z",
        },
    ]  # fmt: skip


@pytest.mark.parametrize("stamp", ["System.Timestamp()", "System.Timestamp", "system.timestamp", "SYSTEM.TimeStamp()"])
def test_the_timestamp_is_the_events_or_the_windows_end_with_brackets_or_without(tmp_path: Path, stamp: str) -> None:
    query = f"""{TYPED}
        SELECT {stamp} AS t, COUNT(*) AS n INTO out FROM typed GROUP BY TumblingWindow(second, 15)
        SELECT {stamp} AS t INTO each FROM typed WHERE {stamp} = at
        SELECT {stamp} AS t, COUNT(*) AS n INTO moments FROM typed GROUP BY {stamp}
    """
    rows = rows_of(tmp_path, query, READINGS)
    assert [row["t"][-3:-1] for row in rows["out"]] == ["15", "30"]
    assert [row["t"][-3:-1] for row in rows["each"]] == ["01", "02", "02", "16"]
    assert [(row["t"][-3:-1], row["n"]) for row in rows["moments"]] == [("01", 1), ("02", 2), ("16", 1)]


def test_timestamp_by_the_arrival_is_the_arrival(tmp_path: Path) -> None:
    query = "SELECT System.Timestamp AS t INTO out FROM visits TIMESTAMP BY EventEnqueuedUtcTime"
    lines = [{"body": READINGS[0], "enqueuedAt": "2026-03-02T10:00:04Z"}]
    assert run_file(tmp_path, lines, query=query)["out"] == [{"t": "2026-03-02T10:00:04Z"}]


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        ("value / 2", [0, None, 2, 3]),
        ("value / 2.0", [0.5, None, 2.0, 3.5]),
        ("value % 2", [1, None, 0, 1]),
        ("-value + 10", [9, None, 6, 3]),
        ("CASE WHEN value BETWEEN 2 AND 5 THEN 'some' ELSE 'other' END", ["other", "other", "some", "other"]),
        ("CASE WHEN value IN (1, 7) AND NOT id IS NULL THEN 1 ELSE 0 END", [1, 0, 0, 0]),
        ("CASE WHEN id LIKE '[ab]' THEN 1 ELSE 0 END", [1, 1, 1, 0]),
        ("CASE WHEN id LIKE '[^a]' THEN 1 ELSE 0 END", [0, 1, 0, 0]),
        ("CASE WHEN CONCAT(id, '.x') LIKE '_.%' THEN 1 ELSE 0 END", [1, 1, 1, 0]),
        ("COALESCE(value, -1)", [1, -1, 4, 7]),
        ("ROUND(number / 8, 1)", [0.1, None, 0.5, 0.9]),
        ("ABS(value - 5)", [4, None, 1, 2]),
        ("CEILING(number / 2)", [1.0, None, 2.0, 4.0]),
        ("FLOOR(number / 2)", [0.0, None, 2.0, 3.0]),
        ("UPPER(id)", ["A", "B", "A", None]),
        ("LEN(CONCAT(id, 'xyz'))", [4, 4, 4, 3]),
        ("DATEPART(second, at)", [1, 2, 2, 16]),
        ("DATEPART(millisecond, at)", [0, 0, 0, 0]),
        ("DATEDIFF(minute, at, TRY_CAST('2026-03-02T10:02:00Z' AS datetime))", [2, 2, 2, 2]),
        ("TRY_CAST('' AS bigint)", [None] * 4),
        ("CAST(value AS nvarchar(max))", ["1", None, "4", "7"]),
        ("typed.value", [1, None, 4, 7]),
    ],
)
def test_expressions(tmp_path: Path, expression: str, values: list[object]) -> None:
    query = f"{TYPED} SELECT {expression} AS z INTO out FROM typed"
    assert [row["z"] for row in rows_of(tmp_path, query, READINGS)["out"]] == values


@pytest.mark.parametrize(
    ("value", "whole", "number", "text"),
    [
        (5, 5, 5.0, "5"), (1.7, None, 1.7, "1.7"), ("5", 5, 5.0, "5"), ("1_0", None, None, "1_0"),
        (" 5 ", None, None, " 5 "), ("NaN", None, None, "NaN"), ("1e400", None, None, "1e400"),
        (1e300, None, 1e300, "1e300"),
        (9223372036854775807, 9223372036854775807, 9.223372036854775807e18, "9223372036854775807"),
        (9223372036854775808, None, 9.223372036854775807e18, "9223372036854775808"), (None, None, None, None),
        ([], None, None, "[]"), ({}, None, None, "{}"), ("", None, None, ""),
    ],
)  # fmt: skip
def test_try_cast_gives_what_fits_and_null_for_what_does_not(
    tmp_path: Path, value: object, whole: int | None, number: float | None, text: str | None
) -> None:
    query = """SELECT TRY_CAST(value AS bigint) AS whole, TRY_CAST(value AS float) AS number,
        TRY_CAST(value AS nvarchar(max)) AS text INTO out FROM visits TIMESTAMP BY at
        """
    (row,) = rows_of(tmp_path, query, [{"at": READINGS[0]["at"], "value": value}])["out"]
    assert (row["whole"], row["number"]) == (whole, number)
    assert row["text"] == text or float(row["text"]) == number
    alone = "SELECT TRY_CAST(value AS float) AS number INTO out FROM visits TIMESTAMP BY at"
    (row,) = rows_of(tmp_path, alone, [{"at": READINGS[0]["at"], "value": value}])["out"]
    assert row["number"] == number


HELD = (
    "x + 0.5", "-x", "ABS(x)", "x * x", "x / 4.0", "x - y", "x % 3.0", "FLOOR(x)", "CEILING(x)", "ROUND(x / 3.0, 2)",
    "ROUND(x, 1)", "CAST(x AS bigint)", "TRY_CAST(x AS bigint)", "COALESCE(y, CAST(x AS bigint))", "filled",
    "CASE WHEN FLOOR(x) = x THEN 1 ELSE 0 END", "CASE WHEN x BETWEEN -2147483648.0 AND 7.0 THEN x ELSE -0.5 END",
    "CASE WHEN x > 2147483646.0 THEN 1.0 ELSE y END", "CASE WHEN y IS NULL THEN 1 ELSE 0 END",
)  # fmt: skip


def test_a_number_means_the_same_whatever_the_others_in_the_file_are(tmp_path: Path) -> None:
    """Whole ones are held as INTEGER where all of a file's are, as DOUBLE where a fraction or a giant is among them."""
    values = [2147483647, -2147483648, 0, 7, -3, 1000000]
    events: list[Row] = [
        {"at": f"2026-03-02T10:00:{n:02}Z", "x": x, "y": None if n % 2 else n, "z": n}
        for n, x in enumerate(values, start=1)
    ]
    query = f"""WITH typed AS (
            SELECT TRY_CAST(x AS float) AS x, TRY_CAST(y AS float) AS y, TRY_CAST(z AS float) AS z,
                COALESCE(TRY_CAST(y AS float), CASE WHEN y IS NULL THEN 0.5 ELSE -1.0 END) AS filled
            FROM visits TIMESTAMP BY at)
        SELECT {", ".join(f"{part} AS z{n}" for n, part in enumerate(HELD))} INTO each FROM typed WHERE z < 99.0
        SELECT SUM(x) AS total, AVG(x) AS mean, MIN(x) AS low, MAX(y) AS high, SUM(filled) AS filled
        INTO sums FROM typed WHERE z < 99.0 GROUP BY TumblingWindow(minute, 1)
    """
    whole = rows_of(tmp_path, query, events)
    first, second = whole["each"][:2]
    assert (second["z1"], second["z2"], first["z3"]) == (2.0**31, 2.0**31, (2.0**31 - 1) ** 2)
    assert [first["z14"], second["z14"]] == [0.5, 2.0]
    for odd in (0.5, 2147483648, 1e300, "NaN", "many", [1]):
        assert rows_of(tmp_path, query, [*events, {"at": "2026-03-02T10:00:59Z", "x": odd, "z": 99}]) == whole


@pytest.mark.parametrize(
    ("expression", "named"),
    [
        ("CAST(id AS bigint)", "a CAST of a value that does not fit"),
        ("CAST(number / 2 AS bigint)", "a CAST of a value that does not fit"),
        ("CAST(CONCAT(id, 'secret') AS datetime)", "a CAST of a value that does not fit"),
        ("value / (value - 4)", "a division by zero"),
        ("value % (value - 4)", "a division by zero"),
        ("number / (number - 4.0)", "a division by zero"),
        ("value * 9223372036854775807", "a number beyond its type"),
        ("number * 1e308 * 10.0", "a number beyond its type"),
    ],
)
def test_a_value_that_the_query_cannot_take_is_named_without_it(tmp_path: Path, expression: str, named: str) -> None:
    query = f"{TYPED} SELECT {expression} AS z INTO out FROM typed"
    with pytest.raises(EvaluationError, match=named) as fault:
        rows_of(tmp_path, query, READINGS)
    assert "secret" not in str(fault.value)
    assert "\n" not in str(fault.value)


def test_a_sum_beyond_bigint_is_named(tmp_path: Path) -> None:
    query = f"{TYPED} SELECT SUM(value) AS n INTO out FROM typed GROUP BY TumblingWindow(second, 15)"
    most = [{**READINGS[0], "value": 2**63 - 1}] * 2
    with pytest.raises(EvaluationError, match="a number beyond its type"):
        rows_of(tmp_path, query, most)


def test_isfirst_looks_at_each_interval_by_itself_and_is_blind_to_where(tmp_path: Path) -> None:
    query = f"""{TYPED} SELECT id, value, ISFIRST(second, 15) OVER (PARTITION BY id) AS first
        INTO out FROM typed WHERE value = 4 OR value = 7
    """
    # The first `a` of the interval is the reading of 1, which WHERE leaves out: so the reading of 4 is not first.
    assert [tuple(row.values()) for row in rows_of(tmp_path, query, READINGS)["out"]] == [("a", 4, 0), (None, 7, 1)]


def test_calls_over_unlike_keys_and_intervals_each_keep_to_their_own(tmp_path: Path) -> None:
    query = f"""{TYPED}
        SELECT id, ISFIRST(second, 2) OVER (PARTITION BY id) AS a, ISFIRST(second, 3) OVER (PARTITION BY value) AS b,
            ISFIRST(minute, 1) AS c, LAG(id) OVER (PARTITION BY id LIMIT DURATION(second, 1)) AS d,
            LAG(value) OVER (PARTITION BY value, id LIMIT DURATION(second, 2)) AS e
        INTO out FROM typed
    """
    readings = [
        (1, "a", 1),
        (2, "a", 1),
        (3, "a", 2),
        (3, "b", 1),
        (4, "b", 2),
        (4, "c", None),
        (6, "d", None),
        (8, "a", 1),
    ]
    bodies: list[Row] = [{"at": f"2026-03-02T10:00:{s:02}Z", "id": id_, "value": value} for s, id_, value in readings]
    assert [tuple(row.values()) for row in rows_of(tmp_path, query, bodies)["out"]] == [
        ("a", 1, 1, 1, None, None), ("a", 0, 0, 0, "a", 1), ("a", 1, 1, 0, "a", None), ("b", 1, 0, 0, None, None),
        ("b", 0, 1, 0, "b", None), ("c", 1, 1, 0, None, None), ("d", 1, 0, 0, None, None), ("a", 1, 1, 0, None, None),
    ]  # fmt: skip


def test_one_with_feeds_several_outputs_and_a_window_may_follow_a_window(tmp_path: Path) -> None:
    query = f"""{TYPED},
        quarters AS (SELECT id, COUNT(*) AS n FROM typed GROUP BY id, TumblingWindow(second, 15))
        SELECT id, n INTO [each] FROM quarters WHERE n > 1
        SELECT System.Timestamp() AS t, SUM(n) AS n INTO minutes FROM quarters GROUP BY TumblingWindow(minute, 1);
    """
    rows = rows_of(tmp_path, query, READINGS)
    assert rows == {"each": [{"id": "a", "n": 2}], "minutes": [{"t": "2026-03-02T10:01:00Z", "n": 4}]}


def test_a_union_gives_the_rows_of_all_in_the_order_of_time(tmp_path: Path) -> None:
    query = f"""{TYPED},
        quarters AS (SELECT id, COUNT(*) AS n FROM typed GROUP BY id, TumblingWindow(second, 15)),
        some AS (SELECT id, n FROM quarters UNION SELECT id, value AS n FROM typed WHERE value > 1
            UNION SELECT id, value AS n FROM typed WHERE value > 4)
        SELECT id, n INTO out FROM some
        SELECT SUM(n) AS n INTO minutes FROM some GROUP BY TumblingWindow(minute, 1)
    """
    rows = rows_of(tmp_path, query, READINGS)
    assert [row["n"] for row in rows["out"]] == [4, 2, 1, 7, 7, 1]
    assert rows["minutes"] == [{"n": 22}]


def test_the_arrival_time_can_be_read(tmp_path: Path) -> None:
    lines = [{"body": READINGS[0], "enqueuedAt": "2026-03-02T10:00:04Z"}]
    query = "SELECT EventEnqueuedUtcTime AS came INTO out FROM visits TIMESTAMP BY at"
    assert run_file(tmp_path, lines, query=query)["out"] == [{"came": "2026-03-02T10:00:04Z"}]


@pytest.mark.parametrize(
    "name",
    ["arrival", "sequence", "mark", "late", "t", "readable", "rows", "stamp", "body", 'a"b', "a'b", "{rows}", "x y",
     "SELECT"],
)  # fmt: skip
def test_a_field_and_a_column_may_have_any_name(tmp_path: Path, name: str) -> None:
    text = f"TRY_CAST([{name}] AS nvarchar(max)) AS [{name}]"
    query = f"SELECT {text}, System.Timestamp() AS u INTO out FROM visits TIMESTAMP BY at"
    rows = rows_of(tmp_path, query, [{"at": "2026-03-02T10:00:01Z", name: "a"}])
    assert rows["out"] == [{name: "a", "u": "2026-03-02T10:00:01Z"}]


@pytest.mark.parametrize("text", ["{rows}", "it''s", "WHEN (", ") UNION SELECT", "-- no comment", "%1$s"])
def test_a_text_in_the_query_is_nothing_but_a_text(tmp_path: Path, text: str) -> None:
    query = f"{TYPED} SELECT '{text}' AS z INTO out FROM typed WHERE value = 7"
    assert rows_of(tmp_path, query, READINGS)["out"] == [{"z": text.replace("''", "'")}]


def test_a_query_may_read_no_field_at_all(tmp_path: Path) -> None:
    query = "SELECT COUNT(*) AS n INTO out FROM visits GROUP BY TumblingWindow(second, 15)"
    assert rows_of(tmp_path, query, READINGS)["out"] == [{"n": 3}, {"n": 1}]


def test_a_name_cannot_become_sql(tmp_path: Path) -> None:
    """faults/privacy_and_security.md, B4."""
    stolen = tmp_path / "stolen.csv"
    alias = f"x\"\" := 1)) FROM range(1); COPY (SELECT content FROM read_text('/etc/hostname')) TO '{stolen}'; --"
    query = f'SELECT TRY_CAST(id AS nvarchar(max)) AS "{alias}" INTO out FROM visits TIMESTAMP BY at'
    rows = rows_of(tmp_path, query, READINGS[:1])
    assert rows["out"] == [{alias.replace('""', '"'): "a"}]
    assert not stolen.exists()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('/etc/hostname')", "COPY (SELECT 1) TO '/tmp/windows-escaped.csv'", "INSTALL httpfs",
        "LOAD httpfs", "SET enable_external_access = true", "SET allowed_directories = ['/']",
        "ATTACH '/tmp/x.db' AS x",
    ],
)  # fmt: skip
def test_the_database_is_shut_in(sql: str) -> None:
    import duckdb

    with pytest.raises(duckdb.Error):
        connect().execute(sql).fetchall()


WORDS = QUERY.read_text().split()
PIECES = st.sampled_from(
    [
        *WORDS[:400],
        "(",
        ")",
        ",",
        "SELECT",
        "FROM",
        "INTO",
        "UNION",
        "OVER",
        "LIMIT",
        "*",
        "'",
        "[",
        "]",
        ";",
        "1e9",
        "\x00",
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_text_runs_or_is_refused_in_one_line(data: st.DataObject) -> None:
    """The job's own query with pieces of it lost, doubled or swapped; or a small one; or no query at all."""
    small = data.draw(st.booleans())
    words = of_typed("COALESCE(ROUND(number, 2), 1.5)").split() if small else list(WORDS)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(words) - 1))
        words[at : at + data.draw(st.integers(0, 2))] = data.draw(st.lists(PIECES, max_size=2))
    said = "it runs"
    try:
        Dataflow(connect(), plan_query(" ".join(words)))
    except WindowsError as refused:
        said = str(refused)
    assert len(said.splitlines()) == 1
