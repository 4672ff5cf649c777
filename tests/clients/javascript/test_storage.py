"""The official javascript storage client against a running pattern."""

from tests.clients.storage_suite import StorageSuite


class TestStorage(StorageSuite):
    """All of it."""

    language = "javascript"
