"""What one language's client has sent, every other's reads: the largest events too, whatever each counts as large."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.clients.conftest import Hub, Programs
from tests.clients.driver import Driver, Failed
from tests.clients.event_hubs_suite import NEAR_A_MEGABYTE, TOO_LARGE
from tests.clients.languages import LANGUAGES

Drivers = dict[str, Driver]


@pytest_asyncio.fixture(loop_scope="function")
async def everybody(programs: Programs) -> AsyncIterator[Drivers]:
    """A program of each language."""
    drivers: Drivers = {}

    async def start(name: str) -> None:
        drivers[name] = await Driver.start(*await programs.of(name))

    try:
        await asyncio.gather(*map(start, LANGUAGES))
        yield drivers
    finally:
        for driver in drivers.values():
            await driver.kill()


@pytest.mark.asyncio(loop_scope="function")
async def test_an_event_near_a_megabyte_that_any_client_sends_is_read_by_every_other(
    everybody: Drivers, hub: Hub
) -> None:
    """Each language has a partition of its own."""
    partitions = {name: str(number) for number, name in enumerate(LANGUAGES)}

    async def taken(name: str, size: int) -> bool:
        try:
            await everybody[name].run("send", **hub.asked(), partition=partitions[name], size=size, retries=0)
        except Failed as error:
            assert re.search(TOO_LARGE, str(error), re.IGNORECASE), str(error)  # noqa: PT017 (either is right)
            return False
        return True

    async def send(name: str) -> list[int]:
        answers = await asyncio.gather(*(taken(name, size) for size in NEAR_A_MEGABYTE))
        return [size for size, good in zip(NEAR_A_MEGABYTE, answers, strict=True) if good]

    async def read(reader: str, sender: str, count: int) -> list[int]:
        asked = {**hub.asked(), "partition": partitions[sender], "count": count, "position": {}}
        return sorted(event["size"] for event in (await everybody[reader].run("receive", **asked))["events"])

    sent = dict(zip(everybody, await asyncio.gather(*map(send, everybody)), strict=True))
    assert all(sizes[0] == 1_000_000 for sizes in sent.values()), sent
    for reader in everybody:
        found = await asyncio.gather(*(read(reader, sender, len(sizes)) for sender, sizes in sent.items()))
        assert dict(zip(sent, found, strict=True)) == sent, reader
