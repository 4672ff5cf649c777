"""host.json: time limits that fit one another, and no blob's name in any telemetry."""

import json
from datetime import timedelta

from function_app.face_client import CONNECT_SECONDS, READ_SECONDS, TRIES
from function_app.sweep import MOST_SECONDS
from local.child import ROOT

HOST = json.loads((ROOT / "host.json").read_text())
NAMING = ("Host.Results", "Host.Executor", "Host.Triggers", "Host.Triggers.Blobs", "Azure.Core", "default", "Function")
"""Categories whose information lines hold a blob's name or address, as seen on a host."""


def span(text: str) -> float:
    hours, minutes, seconds = (float(part) for part in text.split(":"))
    return timedelta(hours=hours, minutes=minutes, seconds=seconds).total_seconds()


def test_a_function_may_take_longer_than_all_tries_of_what_it_waits_for() -> None:
    limit = span(HOST["functionTimeout"])
    hubs = HOST["extensions"]["eventHubs"]["clientRetryOptions"]
    tries = hubs["maximumRetries"] + 1
    assert tries * span(hubs["tryTimeout"]) + hubs["maximumRetries"] * span(hubs["maximumDelay"]) < limit
    calls = 2  # detect and observe
    assert calls * TRIES * (CONNECT_SECONDS + READ_SECONDS) < limit
    assert MOST_SECONDS + calls * TRIES * (CONNECT_SECONDS + READ_SECONDS) < limit


def test_categories_that_name_blobs_are_silent_and_a_wrong_setting_is_not() -> None:
    levels = HOST["logging"]["logLevel"]
    for category in NAMING:
        parents = [category.rsplit(".", cut)[0] for cut in range(category.count(".") + 1)]
        level = next((levels[each] for each in (*parents, "default") if each in levels), None)
        assert level in ("Warning", "Error", "None"), category
    assert levels["Host.Results"] == "Error"
    assert levels["Host.Function.Console"] == "Information"
