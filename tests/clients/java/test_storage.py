"""The official java storage client against a running pattern."""

from tests.clients.storage_suite import StorageSuite


class TestStorage(StorageSuite):
    """All of it."""

    language = "java"
    differs = "`getBlobOutputStream()` asks whether the blob is there, which a camera may not: pass `true`"
