"""Servers and programs for these tests."""

import asyncio
import os
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

import pytest
import pytest_asyncio

from local.azurite import StorageAccount
from local.child import Child
from local.event_hubs.connection import connection_string
from tests.clients.driver import Driver
from tests.clients.languages import HERE, LANGUAGES, UNTIL_BUILT_SECONDS, ToolchainMissing

PARTITIONS = 4


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever comes first waits for the programs, where no run before has built them."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.timeout(UNTIL_BUILT_SECONDS + 300))


@dataclass
class Hubs:
    """An Event Hubs server that may be killed and started again over the same data and port."""

    folder: Path
    key: str
    hubs: int
    port: int = 0
    child: Child | None = None

    def start(self, *more: str) -> None:
        """Start it."""
        keys = f"all={self.key}\nsend={self.key}:send\nlisten={self.key}:listen"
        named = [part for number in range(self.hubs) for part in ("--hub", f"hub-{number}:{PARTITIONS}:second")]
        command = [sys.executable, "-m", "local", "event-hubs", "--port", str(self.port), *named, *more]
        environment = {"EVENT_HUBS_KEYS": keys}
        self.child = Child("event-hubs", [*command, "--data", str(self.folder)], environment)
        self.port = int(self.child.wait_for("ready").fields["port"])

    def kill(self) -> None:
        """As a power cut would."""
        assert self.child is not None
        self.child.kill()

    def stop(self) -> None:
        """Stop it."""
        if self.child is not None:
            self.child.stop()

    def connection(self, name: str = "all", key: str | None = None) -> str:
        """The connection string with one of the keys all, send and listen."""
        return connection_string(self.port, name, key or self.key)


@pytest.fixture(scope="session")
def shared_hubs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hubs]:
    """One server for all tests that don't kill it."""
    hubs = Hubs(tmp_path_factory.mktemp("hubs"), secrets.token_hex(16), hubs=120)
    hubs.start()
    yield hubs
    hubs.stop()


@dataclass(frozen=True)
class Hub:
    """A hub of four partitions that no other test uses."""

    name: str
    server: Hubs

    def asked(self, name: str = "all", key: str | None = None) -> dict[str, Any]:
        """What every request about it says."""
        return {"connection": self.server.connection(name, key), "hub": self.name}


_taken = iter(range(10_000))


@pytest.fixture
def hub(shared_hubs: Hubs) -> Hub:
    """A hub for one test."""
    return Hub(f"hub-{next(_taken)}", shared_hubs)


@pytest.fixture
def own_hubs(tmp_path: Path) -> Iterator[Hubs]:
    """A server that the test starts, kills and starts again."""
    hubs = Hubs(tmp_path / "hubs", secrets.token_hex(16), hubs=1)
    yield hubs
    hubs.stop()


class Start(Protocol):
    """Starts a program, with more in its environment."""

    def __call__(self, more: Mapping[str, str] = ...) -> Awaitable[Driver]:
        """Answers it when it listens."""


@pytest.fixture
def checkpoints(storage: StorageAccount, container: str) -> dict[str, Any]:
    """Where processors keep their checkpoints."""
    return {"storage": storage.connection_string, "container": container}


class Programs:
    """Each language's program: those that a run needs are built beside one another from its beginning on."""

    def __init__(self, wanted: Iterable[str], builders: ThreadPoolExecutor) -> None:
        self._built = {name: builders.submit(LANGUAGES[name].program) for name in wanted}

    async def of(self, language: str) -> tuple[list[str], Mapping[str, str]]:
        """How it is started; skips the test where its tools are not, unless this is CI."""
        try:
            return await asyncio.wrap_future(self._built[language])
        except ToolchainMissing as missing:
            if os.environ.get("CI") == "true":
                pytest.fail(str(missing))
            pytest.skip(str(missing))


@pytest.fixture(scope="session")
def programs(request: pytest.FixtureRequest) -> Iterator[Programs]:
    """Of the languages that are to be run; of all, where a test takes everybody."""
    items = [item for item in request.session.items if isinstance(item, pytest.Function)]
    folders = {item.path.parent for item in items}
    everybody = any("everybody" in item.fixturenames for item in items)
    with ThreadPoolExecutor(len(LANGUAGES)) as builders:
        yield Programs([name for name in LANGUAGES if everybody or HERE / name in folders], builders)


@pytest_asyncio.fixture(scope="class", loop_scope="class")
async def start(request: pytest.FixtureRequest, programs: Programs) -> AsyncIterator[Start]:
    """Starts programs of the class's language."""
    command, environment = await programs.of(request.cls.language)
    drivers: list[Driver] = []

    async def start_one(more: Mapping[str, str] = MappingProxyType({})) -> Driver:
        drivers.append(await Driver.start(command, {**environment, **more}))
        return drivers[-1]

    yield start_one
    for driver in drivers:
        await driver.kill()


@pytest_asyncio.fixture(scope="class", loop_scope="class")
async def client(start: Start) -> Driver:
    """A program of the language, for all tests of the class."""
    return await start()


_outcomes: dict[str, str] = {}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note what has become of each test."""
    if report.nodeid.startswith("tests/clients/") and (report.when == "call" or not report.passed):
        _outcomes[report.nodeid] = report.outcome


def pytest_sessionfinish() -> None:
    """A whole run writes the table."""
    from tests.clients import table  # here, as its suites import this file

    table.end_of_a_run(_outcomes, table.FILE)
