"""The official go storage client against a running pattern."""

from tests.clients.storage_suite import StorageSuite


class TestStorage(StorageSuite):
    """All of it."""

    language = "go"
