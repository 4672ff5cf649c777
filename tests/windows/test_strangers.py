"""What is not of the contract is rejected, is named without its content, and stops nothing."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.windows.conftest import COUNTED, PLACE_COUNTS, Row, arrived, heartbeat, place, run_file, tally, the_plan
from windows.ordering import EventOrdering
from windows.stream import Arrival, Stream

END = "2026-03-02T10:00:00Z"
RANGE = "a count is malformed or out of range"
NAMES = "tallyId, store or camera missing or malformed"
TIMES = "windowStart or windowEnd missing, malformed or off the grid"
ODD = [1e300, -1e300, "NaN", "nan", "inf", "-Infinity", "1e999", 1e17, 9e15, 9223372036854775808, -1, 1.5, "1_0", " 5 ",
       "", "many", [], [1], {}, {"a": 1}, 1_000_001]  # fmt: skip


STRANGERS: list[tuple[Row, str]] = [
    *((tally("5", END, schema=schema), "unknown schema") for schema in (None, 1, "footfall.visit/1", "", {"a": 1})),
    *((tally("5", END, tallyId=name), NAMES) for name in (None, "", "5", "G" * 32, "A" * 32, "0" * 33, 5)),
    *(
        (tally("5", END, **{field: name}), NAMES)
        for field in ("store", "camera")
        for name in (None, "", "a" * 64, "-a", "Shop", "a b", "a\u0000b", "ä", {"a": 1}, ["a"], "a/b", "a" * 100_000)
    ),
    *(
        (tally("5", END, windowStart=time), TIMES)
        for time in (
            None, "", "noon", "infinity", "epoch", 5, END, "2026-03-02T10:00:15Z", "2026-03-02T09:59:50Z",
            "2026-03-02T09:59:45.5Z", "2026-03-01T08:00:00Z", "0001-01-01T00:00:00Z", "-290000-01-01T00:00:00Z",
        )
    ),
    *((tally("5", END, faces=value), RANGE) for value in ODD),
    (tally("5", END, faces=1, sentimentTenths=11), RANGE),
    (tally("5", END, faces=1, sentimentTenths=0.5), RANGE),
    (tally("5", END, sentimentTenths=1), RANGE),
    *((tally("5", END, faces=1000, sentimentTenths=value), RANGE) for value in ODD if value not in (-1, " 5 ", "1_0")),
    (place("5", END, kind=None), "place or kind malformed"),
    (place("5", END, kind="window"), "place or kind malformed"),
    (place("5", END, place="Front Door"), "place or kind malformed"),
    (place("5", END, place=""), "place or kind malformed"),
    (place("5", END, watchedSeconds=15), "place or kind malformed"),
    (place("5", END, place=None), "neither a place nor a heartbeat"),
    (place("5", "2026-03-02T09:00:15Z", windowStart="2026-03-02T08:59:45Z"), "traffic across a full hour"),
    (place("5", "2026-03-02T09:45:00Z", windowStart="2026-03-02T08:45:00Z"), "traffic across a full hour"),
    (place("5", END, windowStart="2026-03-02T08:45:00Z"), "traffic across a full hour"),
    *(
        (heartbeat("5", END, watchedSeconds=value), "neither a place nor a heartbeat")
        for value in (None, -1, 61, "NaN", 1e300, "long")
    ),
]  # fmt: skip


def test_an_event_that_is_not_of_the_contract_is_rejected_and_not_counted(tmp_path: Path) -> None:
    good = [arrived(tally("1", END, faces=1)), arrived(place("2", END, countIn=1)), arrived(heartbeat("3", END))]
    rows = run_file(tmp_path, [*good, *(arrived(body, END) for body, _ in STRANGERS)])
    named = [(str(body)[:200], fault) for body, fault in STRANGERS]
    given = [row["fault"] for row in rows["rejected"]]
    assert [(body, fault) for (body, _), fault in zip(named, given, strict=True)] == named
    assert [row["faces"] for row in rows["days"]] == [1]
    assert [row["countIn"] for row in rows["trafficDays"]] == [1, 1]


@pytest.mark.parametrize("value", [1e300, "nan", -1, 0.5, 1_000_001, "x"])
def test_every_count_is_judged(tmp_path: Path, value: object) -> None:
    bodies = [tally("1", END, faces=1) | {count: value} for count in COUNTED]
    bodies += [place("2", END, **{count: value}) for count in PLACE_COUNTS]
    rows = run_file(tmp_path, [arrived(body) for body in bodies])
    assert [row["fault"] for row in rows.pop("rejected")] == [RANGE] * len(bodies)
    assert rows == {}


def test_the_rejected_output_names_the_sender_and_repeats_nothing_else(tmp_path: Path) -> None:
    known = tally("5", END, faces=-1, faceId="secret-face")
    foreign = tally("6", END, schema="footfall.visit/1", gender="secret-gender")
    odd = tally("7", END, schema="Secret Schema", store="secret store", camera="secret/camera", tallyId="secret")
    rows = run_file(tmp_path, [arrived(known), arrived(foreign), arrived(odd)])["rejected"]
    assert rows[0] == {
        "rejectedAt": END, "fault": RANGE, "schema": "footfall.tally/1", "store": "north", "camera": "door",
        "tallyId": known["tallyId"],
    }  # fmt: skip
    assert (rows[1]["schema"], rows[1]["tallyId"]) == ("footfall.visit/1", foreign["tallyId"])
    assert [rows[2][name] for name in ("schema", "store", "camera", "tallyId")] == [None] * 4
    assert "secret" not in str(rows).lower()


def test_a_clock_that_is_wrong_by_months_counts_nothing_and_opens_no_window_of_months(tmp_path: Path) -> None:
    lines = [
        arrived(tally("1", "2026-01-28T10:00:00Z", faces=1), "2026-03-02T10:00:00Z"),
        arrived(tally("2", "2026-02-02T10:00:00Z", faces=1), "2026-03-02T10:00:00Z"),
    ]
    rows = run_file(tmp_path, lines, EventOrdering(lateArrivalMaxDelaySeconds=86400))
    assert [row["fault"] for row in rows["rejected"]] == ["older than a month"]
    assert [row["faces"] for row in rows["windows"]] == [1]


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from([*ODD, "2026-03-02T10:00:00Z", "front", "entrance", "footfall.tally/1", "footfall.traffic/1"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)  # fmt: skip
FIELDS = [*tally("1", END), *COUNTED, "sentimentTenths", *PLACE_COUNTS, "place", "kind", "watchedSeconds"]


@st.composite
def strangers(draw: st.DrawFn) -> str:
    """The text of a message: an event of ours with some fields changed, or anything at all."""
    body = draw(st.sampled_from([tally("5", END, faces=1), place("6", END), heartbeat("7", END)]))
    body = body | draw(st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=4))
    return draw(
        st.sampled_from([json.dumps(body), json.dumps(body), json.dumps(body)[:-1], draw(st.text(max_size=20))])
    )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(strangers(), min_size=1, max_size=12))
def test_no_message_whatsoever_stops_the_stream(messages: list[str]) -> None:
    """Good tallies before, among and after them count, each once."""
    stream = Stream(the_plan(), EventOrdering(), range(1))
    at = 1_772_445_600_000_000  # 2026-03-02T10:00:00Z
    good = [json.dumps(tally(f"f{n:x}", END, store="good", faces=1)) for n in range(len(messages) + 1)]
    mixed = [text for pair in zip(good, [*messages, ""], strict=True) for text in pair]
    for start in range(0, len(mixed), 5):
        stream.take(0, [Arrival(start + n, at, text) for n, text in enumerate(mixed[start : start + 5])])
    rows = stream.finish()
    assert [json.loads(row)["faces"] for row in rows["days"] if '"store":"good"' in row] == [len(good)]
    assert stream.counts.events == len(mixed)
