"""The numbers over HTTP: equal to the rows, by day, store and camera, live, and as files."""

import csv
import io
import json
import subprocess
import sys
import time
from contextlib import AsyncExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import httpx
import pytest

from local.child import ROOT
from local.dashboard.app import PAGE
from local.dashboard.day import hours_of, span_of
from local.dashboard.live import MOST_VIEWERS
from tests.dashboard.conftest import Serve, Served
from tests.dashboard.rows import AGES, COUNTS, Row, at, mean, people, row, shop_days, total, write

DAY = "2026-03-10"
ROWS = list(shop_days(at("2026-03-09 12:00:00"), at("2026-03-10 15:30:00"), seed=1))
OF_DAY = [each for each in ROWS if f"{DAY}T00:00:00Z" < each["windowEnd"]]


@pytest.fixture(scope="module")
def shop(serve: Serve) -> Served:
    served = serve()
    write(served.rows, ROWS)
    _until(lambda: served.get("/api/snapshot", day=DAY).json()["total"]["faces"] == total(OF_DAY, "faces"))
    return served


def _until(holds: Any) -> None:
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end, "not within 20 s"
        time.sleep(0.05)


@pytest.mark.parametrize(
    "where",
    [{}, {"store": "harbour-street"}, {"camera": "window-2"}, {"store": "harbour-street", "camera": "entrance"}],
    ids=["all", "store", "camera", "store and camera"],
)
def test_the_totals_are_those_of_the_rows(shop: Served, where: dict[str, str]) -> None:
    chosen = [each for each in OF_DAY if where.items() <= each.items()]
    snapshot = shop.get("/api/snapshot", day=DAY, **where).json()
    assert {name: snapshot["total"][name] for name in COUNTS} == {name: total(chosen, name) for name in COUNTS}
    assert snapshot["total"]["genderUnknown"] == total(chosen, "visitors") - total(chosen, "female") - total(
        chosen, "male"
    )
    assert snapshot["total"]["avgSentiment"] == mean(chosen, "avgSentiment")
    assert snapshot["total"]["avgDwellSeconds"] == mean(chosen, "avgDwellSeconds")
    newest = max(each["windowEnd"] for each in chosen)
    now = [each for each in chosen if each["windowEnd"] == newest]
    assert snapshot["now"]["windowEnd"] == newest
    assert (snapshot["now"]["visitors"], snapshot["now"]["faces"]) == (total(now, "visitors"), total(now, "faces"))
    assert snapshot["now"]["sentiment"] == mean(now, "avgSentiment")


def test_hours_and_quarters_add_up_to_the_day(shop: Served) -> None:
    snapshot = shop.get("/api/snapshot", day=DAY).json()
    assert len(snapshot["hours"]) == 24
    assert sum(hour["visitors"] for hour in snapshot["hours"]) == total(OF_DAY, "visitors")
    for hour in snapshot["hours"]:
        start, end = hour["hour"][:13] + ":00:00Z", hour["hour"][:11] + f"{int(hour['hour'][11:13]) + 1:02}:00:00Z"
        assert hour["visitors"] == total([each for each in OF_DAY if start < each["windowEnd"] <= end], "visitors")
    assert sum(each["happiness"] for each in snapshot["quarters"]) == total(OF_DAY, "happiness")


def test_a_window_that_ends_on_the_hour_belongs_to_the_hour_before(serve: Serve) -> None:
    served = serve()
    write(served.rows, [people(at("2026-03-10 10:00:00"), 3), people(at("2026-03-11 00:00:00"), 4)])
    _until(lambda: served.get("/api/snapshot", day=DAY).json()["total"]["visitors"] == 7)
    hours = served.get("/api/snapshot", day=DAY).json()["hours"]
    assert [(hour["hour"][11:13], hour["visitors"]) for hour in hours if hour["visitors"]] == [("09", 3), ("23", 4)]


def test_days_and_hours_follow_the_stores_clock(serve: Serve) -> None:
    served = serve(TIME_ZONE="Asia/Kolkata")
    write(served.rows, [people(at("2026-03-09 18:30:15"), 1), people(at("2026-03-10 18:30:00"), 2)])
    _until(lambda: served.get("/api/snapshot", day=DAY).json()["total"]["visitors"] == 3)
    hours = served.get("/api/snapshot", day=DAY).json()["hours"]
    assert [hours[0]["visitors"], hours[23]["visitors"]] == [1, 2]
    assert hours[0]["hour"] == "2026-03-10T00:00+05:30"


@pytest.mark.parametrize(("day", "length"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)])
def test_a_day_has_as_many_hours_as_its_clock_shows(day: date, length: int) -> None:
    zone = ZoneInfo("Europe/Paris")
    start, end = span_of(day, zone)
    assert (end - start) == timedelta(hours=length)
    assert len(hours_of(day, zone)) == length


def test_yesterday_is_set_beside_a_day(shop: Served) -> None:
    before = [each for each in ROWS if each not in OF_DAY]
    assert shop.get("/api/snapshot", day=DAY).json()["dayBefore"] == total(before, "visitors")


@pytest.mark.parametrize("where", [{}, {"store": "market-hall"}])
def test_exports_hold_the_rows(shop: Served, where: dict[str, str], tmp_path: Path) -> None:
    chosen = [each for each in OF_DAY if where.items() <= each.items()]
    as_csv = shop.get("/api/export/windows.csv", day=DAY, **where)
    read = list(csv.DictReader(io.StringIO(as_csv.text)))
    key = ("windowEnd", "store", "camera")
    assert sorted([[each[name] for name in key] for each in read]) == sorted(
        [[each[name] for name in key] for each in chosen]
    )
    assert {name: total(read, name) for name in COUNTS} == {name: total(chosen, name) for name in COUNTS}
    (tmp_path / "rows.parquet").write_bytes(shop.get("/api/export/windows.parquet", day=DAY, **where).content)
    relation = duckdb.connect().read_parquet(str(tmp_path / "rows.parquet"))
    assert relation.columns == list(read[0])
    assert relation.aggregate("sum(faces), sum(visitors), count(*)").fetchall() == [
        (total(chosen, "faces"), total(chosen, "visitors"), len(chosen))
    ]
    names = as_csv.headers["content-disposition"]
    assert f"footfall-windows-{DAY}{'-market-hall' if where else ''}.csv" in names


def test_the_hours_export_has_every_hour(shop: Served, tmp_path: Path) -> None:
    read = list(csv.DictReader(io.StringIO(shop.get("/api/export/hours.csv", day=DAY).text)))
    assert len(read) == 24
    assert total(read, "visitors") == total(OF_DAY, "visitors")
    (tmp_path / "hours.parquet").write_bytes(shop.get("/api/export/hours.parquet", day=DAY).content)
    [(hours, visitors)] = (
        duckdb.connect().read_parquet(str(tmp_path / "hours.parquet")).aggregate("count(*), sum(visitors)").fetchall()
    )
    assert (hours, visitors) == (24, total(OF_DAY, "visitors"))


def test_new_rows_reach_an_open_stream(serve: Serve) -> None:
    served = serve()
    with httpx.stream("GET", f"{served.url}/api/live", params={"day": DAY}, timeout=20) as live:
        lines = live.iter_lines()
        assert _next(lines, "snapshot")["now"] is None
        write(served.rows, [people(at("2026-03-10 10:00:15"), 3)])
        assert _next(lines, "snapshot")["total"]["visitors"] == 3
        write(served.rows, [people(at("2026-03-10 10:00:30"), 2, camera="d")])
        snapshot = _next(lines, "snapshot")
        assert snapshot["total"]["visitors"] == 5
        assert snapshot["places"] == [{"store": "s", "cameras": ["c", "d"]}]


def _next(lines: Any, event: str) -> Any:
    for line in lines:
        if line == f"event: {event}":
            return json.loads(next(lines).removeprefix("data: "))
    raise AssertionError("the stream ended")


def test_rows_of_the_window_runner_are_taken_as_they_are(serve: Serve, tmp_path: Path) -> None:
    visits = [
        {
            "schema": "footfall.visit/1",
            "eventId": f"{n:032x}",
            "store": "s",
            "camera": "c",
            "visit": visit,
            "gender": "female",
            "ageBand": "65+",
            "emotion": "fear",
            "sentiment": -0.5,
            "dwellSeconds": 3,
            "seenAt": f"2026-03-10T10:00:{n:02}Z",
        }
        for n, visit in enumerate(["new", "returning", "present", "new", "new"], start=12)
    ]
    events = tmp_path / "events.jsonl"
    events.write_text("".join(json.dumps({"body": each, "enqueuedAt": each["seenAt"]}) + "\n" for each in visits))
    query = ROOT / "infra" / "stream_analytics" / "footfall.asaql"
    command = [sys.executable, "-m", "local", "windows", "--query", str(query), "--events", str(events)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    served = serve()
    write(served.rows, [line["row"] for line in lines if line["output"] == "windows"])
    _until(lambda: served.get("/api/snapshot", day=DAY).json()["total"]["faces"] == 5)
    counted = served.get("/api/snapshot", day=DAY).json()["total"]
    assert (counted["visitors"], counted["newVisitors"], counted["female"], counted["age65plus"]) == (4, 3, 4, 4)
    assert (counted["fear"], counted["avgSentiment"], counted["avgDwellSeconds"]) == (5, -0.5, 3.0)


async def test_only_so_many_pages_are_served_and_a_closed_one_makes_room(serve: Serve) -> None:
    served = serve()
    async with httpx.AsyncClient(timeout=20) as client, AsyncExitStack() as open_pages:
        for _ in range(MOST_VIEWERS):
            page = await open_pages.enter_async_context(client.stream("GET", f"{served.url}/api/live"))
            assert page.status_code == 200
        refused = await client.get(f"{served.url}/api/live")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "10")
        await open_pages.aclose()
    _until(lambda: _opens(f"{served.url}/api/live"))


def _opens(url: str) -> bool:
    with httpx.stream("GET", url, timeout=20) as page:
        return page.status_code == 200


def test_a_line_that_is_no_row_is_left_out_counted_and_not_repeated_in_the_log(serve: Serve) -> None:
    served = serve()
    bad: list[Row] = [
        people(at("2026-03-10 10:00:15"), 3) | {"visitors": -1},
        people(at("2026-03-10 10:00:15"), 3) | {"store": "Not A Name"},
        {"windowEnd": "2026-03-10T10:00:15Z"},
        row(at("2026-03-10 10:00:15")) | {"windowEnd": "2026-03-10 10:00"},
    ]
    (served.rows / "windows.jsonl").write_text("secret words\n")
    write(served.rows, [*bad, people(at("2026-03-10 10:00:15"), 3)])
    _until(lambda: served.get("/api/health").json()["unreadable"] == 5)
    assert served.get("/api/snapshot", day=DAY).json()["total"]["visitors"] == 3
    assert "secret" not in served.child.last_words


def test_a_replaced_rows_file_replaces_the_numbers(serve: Serve) -> None:
    served = serve()
    path = write(served.rows, [people(at("2026-03-10 10:00:15"), 3), people(at("2026-03-10 10:00:30"), 3)])
    _until(lambda: served.get("/api/snapshot", day=DAY).json()["total"]["visitors"] == 6)
    path.unlink()
    write(served.rows, [people(at("2026-03-10 10:00:15"), 4)])
    _until(lambda: served.get("/api/snapshot", day=DAY).json()["total"]["visitors"] == 4)


def test_a_day_without_rows_is_all_zeros(shop: Served) -> None:
    snapshot = shop.get("/api/snapshot", day="2026-01-01").json()
    assert {snapshot["total"][name] for name in (*COUNTS, "genderUnknown")} == {0}
    assert (snapshot["total"]["avgSentiment"], snapshot["lastDay"]) == (None, DAY)


@pytest.mark.parametrize(
    "query",
    [{"day": "yesterday"}, {"store": "../etc"}, {"camera": "A B"}, {"day": "0001-01-01"}, {"day": "9999-12-31"}],
)
@pytest.mark.parametrize("path", ["/api/snapshot", "/api/live", "/api/export/windows.csv"])
def test_a_wrong_question_is_refused(shop: Served, path: str, query: dict[str, str]) -> None:
    assert shop.get(path, **query).status_code == 422


def test_every_answer_locks_the_page_down(shop: Served) -> None:
    for path in ("/", "/main.js", "/chart.js", "/api/snapshot", "/api/export/hours.csv", "/nothing/here"):
        headers = shop.get(path).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "unsafe" not in policy
        assert (headers["x-content-type-options"], headers["cache-control"]) == ("nosniff", "no-store")


def test_another_host_name_is_refused(shop: Served) -> None:
    assert httpx.get(shop.url, headers={"Host": "evil.example"}, timeout=20).status_code == 400


def test_the_page_names_no_other_host() -> None:
    for path in PAGE.iterdir():
        assert "http" not in path.read_text().replace("http://www.w3.org/2000/svg", "")


def test_small_groups_are_withheld_everywhere(serve: Serve) -> None:
    served = serve("--min-group", "5")
    ten = {"visitors": 50, "newVisitors": 47, "returningVisitors": 3, "female": 30, "male": 20, "age25to34": 43}
    rows = [
        row(at("2026-03-10 10:00:15"), "s", "busy", **ten, age65plus=7, faces=60, neutral=60),
        people(at("2026-03-10 10:00:15"), 3, "s", "quiet"),
        people(at("2026-03-10 11:00:30"), 1, "s", "quiet"),
    ]
    write(served.rows, rows)
    _until(lambda: served.get("/api/snapshot", day=DAY).json()["total"]["faces"])
    everywhere = served.get("/api/snapshot", day=DAY).json()
    assert everywhere["total"]["visitors"] == 50, "the total betrays nothing of the quiet camera"
    assert (everywhere["total"]["newVisitors"], everywhere["total"]["returningVisitors"]) == (None, None)
    assert everywhere["total"]["withheld"] == {"visits": 50, "gender": 0, "ages": 0, "emotions": 0}
    assert (everywhere["total"]["female"], everywhere["total"]["age65plus"]) == (30, 7)
    assert served.get("/api/snapshot", day=DAY, camera="quiet").json()["now"] is None
    assert [hour["visitors"] for hour in everywhere["hours"] if hour["visitors"]] == [50]
    assert {hour["female"] for hour in everywhere["hours"]} == {None}
    for grain in ("windows", "hours"):
        read = list(csv.DictReader(io.StringIO(served.get(f"/api/export/{grain}.csv", day=DAY).text)))
        shown = {int(each[name]) for each in read for name in ("visitors", "newVisitors", *AGES) if each[name]}
        assert shown & {1, 2, 3, 4} == set()
        assert total([each for each in read if each["visitors"]], "visitors") == 50
        assert "quiet" not in {each.get("camera") for each in read}
