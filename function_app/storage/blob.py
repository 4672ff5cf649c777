"""One blob."""

import uuid
from collections.abc import Mapping

from azure.storage.blob import BlobClient, BlobLeaseClient

from function_app.storage import refusals
from function_app.storage.content import Content


class Blob:
    """Every call raises StorageUnavailable, BlobTaken (leased by another), BlobGone or BlobUnusable."""

    def __init__(self, client: BlobClient) -> None:
        self._client = client

    def acquire(self, seconds: int) -> str:
        """Lease it for 15 to 60 seconds; answers the lease's id."""
        lease_id = str(uuid.uuid4())
        with refusals.named():
            self._client.acquire_lease(seconds, lease_id=lease_id)
        return lease_id

    def renew(self, lease_id: str) -> None:
        """Begin the lease's time anew."""
        with refusals.named():
            BlobLeaseClient(self._client, lease_id).renew()

    def release(self, lease_id: str) -> None:
        """Let others have it."""
        with refusals.named():
            BlobLeaseClient(self._client, lease_id).release()

    def break_lease(self) -> None:
        """Take it from whoever holds it."""
        with refusals.named():
            BlobLeaseClient(self._client).break_lease(lease_break_period=0)

    def read(self, lease_id: str | None = None) -> Content:
        """Its bytes as they are stored, whatever encoding they claim, and its metadata."""
        with refusals.named():
            return Content(self._client.download_blob(lease=lease_id, decompress=False))

    def mark(self, metadata: Mapping[str, str]) -> None:
        """Set its metadata, which changes its ETag."""
        with refusals.named():
            self._client.set_blob_metadata(dict(metadata))

    def delete(self, lease_id: str | None = None) -> None:
        """Delete it, and the snapshots that somebody made of it."""
        with refusals.named():
            self._client.delete_blob(delete_snapshots="include", lease=lease_id)
