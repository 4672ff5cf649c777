"""What the job's query makes of events; every expected row is worked out by hand."""

from pathlib import Path

import pytest

from local.windows.ordering import EventOrdering
from tests.windows.conftest import (
    AGE_BANDS,
    AGE_COLUMNS,
    AVERAGES,
    COUNTED,
    EMOTIONS,
    QUERY,
    Row,
    arrived,
    run_file,
    visit,
    window,
)


def test_a_visitor_counts_by_gender_and_age_and_a_face_seen_again_only_as_a_face(tmp_path: Path) -> None:
    rows = run_file(
        tmp_path,
        [
            arrived(visit("01", "2026-03-02T10:00:01Z", emotion="happiness", sentiment=1.0)),
            arrived(
                visit(
                    "02", "2026-03-02T10:00:02Z", gender="male", ageBand="65+", visit="returning",
                    emotion="sadness", sentiment=-0.9,
                )
            ),
            arrived(
                visit("03", "2026-03-02T10:00:09Z", visit="present", dwellSeconds=8, emotion="surprise", sentiment=0.4)
            ),
            arrived(visit("04", "2026-03-02T10:00:14Z", visit="unknown", emotion="unknown", ageBand="0-12")),
        ],
    )  # fmt: skip
    counts = {
        "faces": 4, "visitors": 2, "newVisitors": 1, "returningVisitors": 1, "female": 1, "male": 1, "age25to34": 1,
        "age65plus": 1, "happiness": 1, "sadness": 1, "surprise": 1,
    }  # fmt: skip
    # sentiment (1.0 − 0.9 + 0.4 + 0.0) / 4 = 0.125, half away from zero: 0.13; dwell 8 / 4 = 2
    assert rows["windows"] == [window("2026-03-02T10:00:15Z", "north", "door", 0.13, 2.0, **counts)]
    assert rows["hours"] == [window("2026-03-02T11:00:00Z", "north", None, 0.13, 2.0, **counts)]
    assert rows["days"] == [window("2026-03-03T00:00:00Z", "north", None, 0.13, 2.0, **counts)]
    assert rows["powerbi"] == rows["windows"]
    assert "rejected" not in rows


def test_every_age_band_gender_and_emotion_has_its_column(tmp_path: Path) -> None:
    pairs = zip(AGE_BANDS, EMOTIONS, strict=True)
    events = [
        arrived(visit(f"{n:02}", "2026-03-02T10:00:05Z", ageBand=band, emotion=emotion, gender="unknown"))
        for n, (band, emotion) in enumerate(pairs)
    ]
    (row,) = run_file(tmp_path, events)["windows"]
    assert (row["faces"], row["visitors"], row["female"], row["male"]) == (8, 8, 0, 0)
    assert [row[column] for column in [*AGE_COLUMNS, *EMOTIONS]] == [1] * 16


def test_an_event_at_exactly_the_windows_end_belongs_to_it_and_one_at_its_start_to_the_window_before(
    tmp_path: Path,
) -> None:
    rows = run_file(
        tmp_path,
        [
            arrived(visit("01", "2026-03-02T10:00:00Z")),
            arrived(visit("02", "2026-03-02T10:00:01Z")),
            arrived(visit("03", "2026-03-02T10:00:15Z")),
            arrived(visit("04", "2026-03-02T10:00:16Z")),
        ],
    )
    assert [(row["windowEnd"], row["faces"]) for row in rows["windows"]] == [
        ("2026-03-02T10:00:00Z", 1),
        ("2026-03-02T10:00:15Z", 2),
        ("2026-03-02T10:00:30Z", 1),
    ]
    # The hour (09:00, 10:00] has the event at 10:00:00, and so has the window that ends then.
    assert [(row["windowEnd"], row["faces"]) for row in rows["hours"]] == [
        ("2026-03-02T10:00:00Z", 1),
        ("2026-03-02T11:00:00Z", 3),
    ]


def test_midnight_belongs_to_the_day_before(tmp_path: Path) -> None:
    events = [arrived(visit("01", "2026-03-02T00:00:00Z")), arrived(visit("02", "2026-03-02T00:00:01Z"))]
    assert [(row["windowEnd"], row["faces"]) for row in run_file(tmp_path, events)["days"]] == [
        ("2026-03-02T00:00:00Z", 1),
        ("2026-03-03T00:00:00Z", 1),
    ]


def test_two_stores_and_three_cameras_have_rows_of_their_own_and_stores_add_up(tmp_path: Path) -> None:
    at = "2026-03-02T10:00:05Z"
    rows = run_file(
        tmp_path,
        [
            arrived(visit("01", at, dwellSeconds=10, visit="present")),
            arrived(visit("02", at, dwellSeconds=1, visit="present")),
            arrived(visit("03", at, camera="window", dwellSeconds=2, visit="present")),
            arrived(visit("04", at, store="south", gender="male", sentiment=-0.5)),
        ],
    )
    face = {"faces": 1, "neutral": 1}
    man = {"visitors": 1, "newVisitors": 1, "male": 1, "age25to34": 1}
    assert rows["windows"] == [
        window("2026-03-02T10:00:15Z", "north", "door", 0.0, 5.5, faces=2, neutral=2),
        window("2026-03-02T10:00:15Z", "north", "window", 0.0, 2.0, **face),
        window("2026-03-02T10:00:15Z", "south", "door", -0.5, 0.0, **face, **man),
    ]
    # The store's average weighs every face the same: 13 / 3 = 4.33, not the mean of 5.5 and 2.
    assert rows["hours"][0] == window("2026-03-02T11:00:00Z", "north", None, 0.0, 4.33, faces=3, neutral=3)


def test_a_retried_event_counts_once_in_counts_and_in_averages(tmp_path: Path) -> None:
    first = visit("01", "2026-03-02T10:00:05Z", dwellSeconds=0, sentiment=1.0)
    other = visit("02", "2026-03-02T10:00:06Z", dwellSeconds=9, sentiment=0.0, visit="present")
    events = [arrived(first), arrived(other), arrived(first), arrived(first, "2026-03-02T10:00:07Z")]
    (row,) = run_file(tmp_path, events)["windows"]
    assert (row["faces"], row["visitors"], row["avgSentiment"], row["avgDwellSeconds"]) == (2, 1, 0.5, 4.5)


def test_a_retry_that_comes_after_its_window_is_over_does_not_count_in_a_later_one(tmp_path: Path) -> None:
    first = visit("01", "2026-03-02T10:00:05Z")
    later = visit("02", "2026-03-02T10:02:00Z")
    events = [arrived(first), arrived(later), arrived(first, "2026-03-02T10:02:01Z")]
    ordering = EventOrdering(lateArrivalMaxDelaySeconds=3600, outOfOrderMaxDelaySeconds=10)
    assert [row["faces"] for row in run_file(tmp_path, events, ordering)["windows"]] == [1, 1]


def test_the_same_event_id_at_two_cameras_is_two_faces(tmp_path: Path) -> None:
    events = [arrived(visit("01", "2026-03-02T10:00:05Z", camera=camera)) for camera in ("door", "window")]
    assert [row["faces"] for row in run_file(tmp_path, events)["windows"]] == [1, 1]


def test_windows_without_events_give_no_row(tmp_path: Path) -> None:
    events = [arrived(visit("01", "2026-03-02T10:00:05Z")), arrived(visit("02", "2026-03-02T10:10:05Z"))]
    ends = [row["windowEnd"] for row in run_file(tmp_path, events)["windows"]]
    assert ends == ["2026-03-02T10:00:15Z", "2026-03-02T10:10:15Z"]


def test_no_events_give_no_rows(tmp_path: Path) -> None:
    assert run_file(tmp_path, []) == {}


@pytest.mark.parametrize(
    ("sentiments", "average"),
    [
        ([0.1, 0.2, -0.3], 0.0), ([-0.1, 0.0, 0.0, 0.0], -0.03), ([0.1, 0.1, 0.2], 0.13), ([-0.1] * 3, -0.1),
        ([-0.3] + [0.0] * 199, 0.0), ([1.0] * 29 + [0.0] * 171, 0.15),
    ],
)  # fmt: skip
def test_averages_round_to_two_decimals_halves_away_from_zero(
    tmp_path: Path, sentiments: list[float], average: float
) -> None:
    events = [arrived(visit(f"{n:03}", "2026-03-02T10:00:05Z", sentiment=s)) for n, s in enumerate(sentiments)]
    (row,) = run_file(tmp_path, events)["windows"]
    assert str(row["avgSentiment"]) == str(average)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"schema": "footfall.visit/2"}, "unknown schema"),
        ({"schema": None}, "unknown schema"),
        ({"schema": 1}, "unknown schema"),
        ({"eventId": None}, "field missing or of the wrong type"),
        ({"sentiment": "high"}, "field missing or of the wrong type"),
        ({"dwellSeconds": {"a": 1}}, "field missing or of the wrong type"),
        ({"store": None}, "field missing or of the wrong type"),
    ],
)
def test_an_event_that_is_not_of_the_contract_is_rejected_and_not_counted(
    tmp_path: Path, change: Row, fault: str
) -> None:
    stranger = visit("02", "2026-03-02T10:00:06Z") | change
    rows = run_file(tmp_path, [arrived(visit("01", "2026-03-02T10:00:05Z")), arrived(stranger, "2026-03-02T10:00:06Z")])
    assert [row["faces"] for row in rows["windows"]] == [1]
    text = {
        name: None if stranger[name] is None else str(stranger[name])
        for name in ("schema", "store", "camera", "eventId")
    }
    assert rows["rejected"] == [{"rejectedAt": "2026-03-02T10:00:06Z", "fault": fault, **text}]


def test_the_rejected_output_repeats_nothing_else_of_a_strangers_event(tmp_path: Path) -> None:
    stranger = visit("02", "2026-03-02T10:00:06Z", schema="other/1", faceId="secret-face", gender="secret-gender")
    assert "secret" not in str(run_file(tmp_path, [arrived(stranger)]))


def test_the_columns_are_those_of_the_design_in_its_order(tmp_path: Path) -> None:
    rows = run_file(tmp_path, [arrived(visit("01", "2026-03-02T10:00:05Z"))])
    expected = ["windowEnd", "store", "camera", *COUNTED, *AVERAGES]
    assert list(rows["windows"][0]) == list(rows["powerbi"][0]) == expected
    without_camera = [name for name in expected if name != "camera"]
    assert list(rows["hours"][0]) == list(rows["days"][0]) == without_camera


def test_the_query_reads_one_input_and_feeds_five_outputs() -> None:
    from local.windows.query import parse_query

    query = parse_query(QUERY.read_text())
    assert query.input == "visits"
    assert query.outputs == ("powerbi", "windows", "hours", "days", "rejected")
