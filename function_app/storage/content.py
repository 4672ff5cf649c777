"""A blob's bytes."""

from collections.abc import Iterator, Mapping

from azure.storage.blob import StorageStreamDownloader

from function_app.storage import refusals


class Content:
    """The first MAX_BYTES are here already, more only when asked for."""

    def __init__(self, stream: StorageStreamDownloader[bytes]) -> None:
        self._stream = stream
        self.size: int = stream.size
        self.etag: str = stream.properties.etag or ""
        self.metadata: Mapping[str, str] = stream.properties.metadata or {}

    def read(self) -> bytes:
        """All of it. Raises StorageUnavailable."""
        with refusals.named():
            return self._stream.readall()

    def chunks(self) -> Iterator[bytes]:
        """All of it, piece by piece. Raises StorageUnavailable."""
        with refusals.named():
            yield from self._stream.chunks()
