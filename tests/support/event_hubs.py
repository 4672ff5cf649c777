"""A real Event Hubs server for tests: one hub of its own for each test."""

import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from local.child import Child

HUB = "footfall"


@dataclass(frozen=True)
class EventHub:
    """A hub with four partitions, and the connection string of a key that may do all on it."""

    name: str
    connection_string: str
    child: Child


@contextmanager
def served_hub(folder: Path) -> Iterator[EventHub]:
    """A hub on a server of its own, its events under `folder`."""
    from local.event_hubs.connection import connection_string

    key = secrets.token_hex(16)
    command = [sys.executable, "-m", "local", "event-hubs", "--port", "0", "--hub", f"{HUB}:4"]
    child = Child("event-hubs", [*command, "--data", str(folder / "event-hubs")], {"EVENT_HUBS_KEYS": f"all={key}"})
    try:
        port = child.wait_for("ready", 120).fields["port"]
        yield EventHub(HUB, connection_string(port, "all", key), child)
    finally:
        child.stop()


@pytest.fixture
def event_hub(tmp_path: Path) -> Iterator[EventHub]:
    """A hub on a server of its own, its events under tmp_path."""
    with served_hub(tmp_path) as hub:
        yield hub
