"""Real storage for tests: one Azurite a session, a container of its own for each test."""

import secrets
from collections.abc import Iterator

import pytest

from local.azurite import StorageAccount, azurite


@pytest.fixture(scope="session")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StorageAccount]:
    """A storage account that a real Azurite serves on loopback."""
    with azurite(tmp_path_factory.mktemp("azurite")) as (_, account):
        yield account


@pytest.fixture
def container(storage: StorageAccount) -> str:
    """The name of a new, empty, private container."""
    name = f"pictures-{secrets.token_hex(4)}"
    storage.create_container(name)
    return name
