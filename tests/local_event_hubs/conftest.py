"""Servers for these tests: one for all, with a hub of its own for each test, and others that may be killed."""

import itertools
import secrets
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from local.child import Child
from local.event_hubs.connection import connection_string

HUBS = 60
PARTITIONS = 4
KEY = secrets.token_hex(16)
_RIGHTS = {"all": "", "send": ":send", "listen": ":listen"}


@dataclass(frozen=True)
class Served:
    """A hub on a running server."""

    hub: str
    port: int
    child: Child

    def connection(self, name: str = "all", key: str = KEY) -> str:
        """The connection string with one of the keys all, send and listen."""
        return connection_string(self.port, name, key)


def start(data: Path, hubs: list[str], port: int = 0, *more: str) -> tuple[Child, int]:
    """A server with those hubs."""
    keys = "\n".join(f"{name}={KEY}{rights}" for name, rights in _RIGHTS.items())
    named = [part for hub in hubs for part in ("--hub", hub)]
    command = [sys.executable, "-m", "local", "event-hubs", "--port", str(port), *named, *more]
    child = Child("event-hubs", [*command, "--data", str(data)], {"EVENT_HUBS_KEYS": keys})
    return child, int(child.wait_for("ready").fields["port"])


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Served]]:
    """Gives out hubs, none twice, of one server."""
    hubs = [f"hub-{number}" for number in range(HUBS)]
    child, port = start(tmp_path_factory.mktemp("hubs"), [f"{hub}:{PARTITIONS}:windows,Dashboard" for hub in hubs])
    numbers = itertools.count()
    yield lambda: Served(hubs[next(numbers)], port, child)
    assert child.stop() == 0, child.last_words


@pytest.fixture
def served(shared: Callable[[], Served]) -> Served:
    """A hub of four partitions and the groups windows and Dashboard that no other test uses."""
    return shared()


@pytest.fixture
def starts(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Starts servers of one data folder, one after the other, on a given port or a free one (0)."""
    children: list[Child] = []

    def start_one(port: int = 0, *more: str) -> Served:
        child, port = start(tmp_path / "data", ["visits:2"], port, *more)
        children.append(child)
        return Served("visits", port, child)

    yield start_one
    for child in children:
        child.stop()
