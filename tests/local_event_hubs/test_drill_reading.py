"""What the drill reads back from the hub, with the real client: all messages, each once in the sums."""

import json

import pytest
from azure.eventhub import EventData, EventHubProducerClient

from infra.drill.inside import EVENTS, _sent
from tests.local_event_hubs.conftest import Served

MESSAGES = 400
"""As many as a long drill has sent at its end; one by one, the client took the minute that it has for 260."""


def test_all_that_a_long_drill_sent_is_read_before_it_gives_up(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(EVENTS, served.connection())
    monkeypatch.setenv("EVENT_HUB_NAME", served.hub)
    bodies = [{"tallyId": str(number % (MESSAGES - 1)), "faces": 2} for number in range(MESSAGES)]
    with EventHubProducerClient.from_connection_string(served.connection(), eventhub_name=served.hub) as client:
        client.send_batch([EventData(json.dumps(body)) for body in bodies], partition_id="1")

    found = _sent()

    once = MESSAGES - 1
    assert found == {"messages": MESSAGES, "distinct": once, "sums": {"faces": 2 * once}}
