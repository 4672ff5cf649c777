"""Event-order policies: Microsoft's worked tables, and each rule by itself."""

import json
from pathlib import Path

import pytest

from tests.windows.conftest import QUERY, Row, arrived, run_file, tally, the_plan
from windows.batch import FileRun
from windows.errors import SettingsInvalidError
from windows.ordering import EventOrdering, ordering_beside

STAMPS = """
    SELECT TRY_CAST(id AS nvarchar(max)) AS id, System.Timestamp() AS stamp,
        TRY_CAST(seenAt AS nvarchar(max)) AS seenAt
    INTO stamps FROM visits TIMESTAMP BY seenAt
"""


def stamps(tmp_path: Path, events: list[tuple[str, str]], ordering: EventOrdering) -> dict[str, str]:
    """System.Timestamp() of each event (number from 1; times on one day, as minutes or seconds past) that is kept."""
    lines = [
        {"body": {"id": str(n), "seenAt": f"2026-03-02T{happened}Z"}, "enqueuedAt": f"2026-03-02T{came}Z"}
        for n, (happened, came) in enumerate(events, start=1)
    ]
    rows = run_file(tmp_path, lines, ordering, query=STAMPS).get("stamps", [])
    return {row["id"]: row["stamp"].removeprefix("2026-03-02T").removesuffix("Z") for row in rows}


def settings(late: int, slack: int, policy: str = "Adjust") -> EventOrdering:
    return EventOrdering.model_validate(
        {"lateArrivalMaxDelaySeconds": late, "outOfOrderMaxDelaySeconds": slack, "outOfOrderPolicy": policy}
    )


DOCUMENTED = [
    ("00:10:00", "00:10:40"),
    ("00:10:30", "00:10:41"),
    ("00:10:42", "00:10:42"),
    ("00:10:38", "00:10:43"),
    ("00:10:35", "00:10:45"),
]


def test_the_documented_event_order_table(tmp_path: Path) -> None:
    assert stamps(tmp_path, DOCUMENTED, settings(late=15, slack=5)) == {
        "1": "00:10:25",  # 40 s late: moved to arrival − 15 s
        "2": "00:10:30",  # 11 s late: within the tolerance
        "3": "00:10:42",
        "4": "00:10:38",  # 4 s behind event 3: reordered
        "5": "00:10:37",  # 7 s behind event 3: moved to 10:42 − 5 s
    }


def test_the_documented_table_with_drop(tmp_path: Path) -> None:
    kept = stamps(tmp_path, DOCUMENTED, settings(15, 5, "Drop"))
    assert kept == {"2": "00:10:30", "3": "00:10:42", "4": "00:10:38"}


def test_the_documented_watermark_illustration(tmp_path: Path) -> None:
    """Twelve events of three devices; early window 5 min, late window 5 min, reorder window 2 min."""
    events = [
        ("12:07:00", "12:07:00"), ("12:08:00", "12:08:00"), ("12:17:00", "12:11:00"), ("12:08:00", "12:13:00"),
        ("12:19:00", "12:16:00"), ("12:12:00", "12:17:00"), ("12:17:00", "12:18:00"), ("12:20:00", "12:19:00"),
        ("12:16:00", "12:21:00"), ("12:23:00", "12:22:00"), ("12:22:00", "12:24:00"), ("12:21:00", "12:27:00"),
    ]  # fmt: skip
    found = stamps(tmp_path, events, settings(late=300, slack=120))
    assert "3" not in found  # six minutes early: dropped, and the watermark stays
    assert found["4"] == "12:08:00"
    assert found["6"] == "12:17:00"  # the watermark is 12:19 − 2 min
    assert found["9"] == "12:18:00"  # the watermark is 12:20 − 2 min
    assert found["11"] == "12:22:00"
    assert found["12"] == "12:22:00"  # arrival − 5 min, above the watermark 12:23 − 2 min


@pytest.mark.parametrize(("ahead", "kept"), [("10:05:00", True), ("10:05:01", False)])
def test_an_event_more_than_five_minutes_early_is_dropped(tmp_path: Path, ahead: str, kept: bool) -> None:
    assert bool(stamps(tmp_path, [(ahead, "10:00:00")], settings(5, 0))) is kept


def test_adjusting_moves_the_timestamp_but_not_the_field(tmp_path: Path) -> None:
    lines = [{"body": {"id": "1", "seenAt": "2026-03-02T10:00:00Z"}, "enqueuedAt": "2026-03-02T11:00:00Z"}]
    (row,) = run_file(tmp_path, lines, settings(60, 0), query=STAMPS)["stamps"]
    assert (row["stamp"], row["seenAt"]) == ("2026-03-02T10:59:00Z", "2026-03-02T10:00:00Z")


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02T10:00:00Z", "2026-03-02T10:00:00.000000Z", "2026-03-02T10:00:00", "2026-03-02 10:00:00",
        "2026-03-02T11:30:00+01:30", "2026-03-02T05:00:00-05:00",
    ],
)  # fmt: skip
def test_times_are_utc_unless_they_say_otherwise(tmp_path: Path, text: str) -> None:
    lines = [{"body": {"id": "1", "seenAt": text}, "enqueuedAt": text}]
    assert run_file(tmp_path, lines, settings(5, 0), query=STAMPS)["stamps"][0]["stamp"] == "2026-03-02T10:00:00Z"


def test_without_timestamp_by_the_arrival_counts_and_no_policy_applies(tmp_path: Path) -> None:
    query = STAMPS.replace("TIMESTAMP BY seenAt", "")
    lines = [{"body": {"id": "1", "seenAt": "2020-01-01T00:00:00Z"}, "enqueuedAt": "2026-03-02T11:00:00.250Z"}]
    (row,) = run_file(tmp_path, lines, settings(0, 0, "Drop"), query=query)["stamps"]
    assert row["stamp"] == "2026-03-02T11:00:00.250000Z"


NO_TIMES = ["yesterday", "infinity", "epoch", "-infinity", "today", "", "2026-03-02T25:00:00Z", 5, None, {}, 1e300]


def test_every_fate_is_counted(tmp_path: Path) -> None:
    bodies: list[tuple[Row, str]] = [
        (tally("1", "2026-03-02T10:00:00Z", faces=1), "2026-03-02T10:00:00Z"),
        (tally("2", "2026-03-02T09:00:00Z", faces=1), "2026-03-02T10:00:10Z"),  # late: to 10:00:05
        (tally("3", "2026-03-02T10:09:00Z", faces=1), "2026-03-02T10:00:11Z"),  # early
        (tally("4", "2026-03-02T10:00:30Z", faces=1), "2026-03-02T10:00:16Z"),
        (tally("5", "2026-03-02T10:00:15Z", faces=1), "2026-03-02T10:00:17Z"),  # behind: to 10:00:27
        *((tally("6", "2026-03-02T10:00:30Z") | {"windowEnd": time}, "2026-03-02T10:00:31Z") for time in NO_TIMES),
    ]
    events = tmp_path / "events.jsonl"
    events.write_text("".join(json.dumps({"body": body, "enqueuedAt": at}) + "\n" for body, at in bodies))
    job = FileRun(the_plan(), settings(late=5, slack=3))
    rows = {output: [json.loads(line) for line in lines] for output, lines in job.rows(events)}
    counts = job.counts
    assert (counts.events, counts.early, counts.late, counts.out_of_order, counts.invalid_timestamp) == (
        5 + len(NO_TIMES),
        1,
        1,
        1,
        len(NO_TIMES),
    )
    assert [(row["windowEnd"][-4:-1], row["faces"]) for row in rows["windows"]] == [(":00", 1), (":15", 1), (":30", 2)]


def test_files_are_read_in_the_order_of_arrival_whatever_the_order_of_lines(tmp_path: Path) -> None:
    lines = [arrived(tally(f"{n}", f"2026-03-02T10:{n // 4:02}:{n % 4 * 15:02}Z", faces=1)) for n in range(60)]
    assert run_file(tmp_path, lines[::-1], settings(0, 0, "Drop")) == run_file(tmp_path, lines, settings(0, 0, "Drop"))


def test_the_jobs_settings_are_within_what_stream_analytics_allows() -> None:
    ordering = ordering_beside(QUERY, {})
    assert ordering.policy == "Adjust"
    assert ordering.late_seconds >= 3600  # fits the edge's spool, which holds pictures for hours


def test_without_settings_beside_the_query_the_defaults_of_stream_analytics_count(tmp_path: Path) -> None:
    assert ordering_beside(tmp_path / "query.asaql", {}) == settings(late=5, slack=0)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('{"lateArrivalMaxDelaySeconds": 1814400}', "lateArrivalMaxDelaySeconds"),
        ('{"outOfOrderMaxDelaySeconds": 600}', "outOfOrderMaxDelaySeconds"),
        ('{"outOfOrderPolicy": "Ignore"}', "outOfOrderPolicy"),
        ('{"late": 5}', "late"),
        ("[]", "event_ordering.json"),
        ("{", "event_ordering.json"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / "event_ordering.json").write_text(text)
    with pytest.raises(SettingsInvalidError, match=named):
        ordering_beside(tmp_path / "query.asaql", {})
