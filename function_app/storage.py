"""Blob storage, as far as pictures need it: the adapter around azure-storage-blob."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import requests
from azure.core.exceptions import (
    AzureError,
    HttpResponseError,
    ResourceExistsError,
    ResourceNotFoundError,
)
from azure.core.pipeline.transport import RequestsTransport
from azure.storage.blob import BlobClient, BlobLeaseClient, BlobProperties, ContainerClient, StorageStreamDownloader
from requests.adapters import HTTPAdapter

from function_app.errors import PictureGone, PictureTaken, SettingsInvalid, StorageUnavailable
from function_app.pictures import MAX_BYTES
from function_app.settings import Settings

CONNECT_SECONDS, READ_SECONDS = 2, 10


@dataclass(frozen=True, slots=True)
class Stored:
    """A blob as a listing shows it. `stored_at`: when its bytes were written, UTC."""

    name: str
    stored_at: datetime
    leased: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Some blobs in the order of their names, and where the next page begins; None after the last."""

    blobs: tuple[Stored, ...]
    next: str | None


class Content:
    """A blob's bytes; the first MAX_BYTES are here already, more only when asked for."""

    def __init__(self, stream: StorageStreamDownloader[bytes]) -> None:
        self._stream = stream
        self.size: int = stream.size
        self.metadata: Mapping[str, str] = stream.properties.metadata or {}

    def read(self) -> bytes:
        """All of it. Raises StorageUnavailable."""
        with _named_errors():
            return self._stream.readall()

    def chunks(self) -> Iterator[bytes]:
        """All of it, piece by piece. Raises StorageUnavailable."""
        with _named_errors():
            yield from self._stream.chunks()


class Container:
    """One container. Every call raises StorageUnavailable when storage can't be reached or refuses.

    The SDK's own retries are off: a picture that can't be had now is left, and comes up again in the next listing.
    """

    def __init__(self, client: ContainerClient) -> None:
        self._client = client

    @classmethod
    def of(cls, settings: Settings, name: str, connections: int) -> "Container":
        """The container `name` of the settings' storage account. Raises SettingsInvalid for a bad PictureStorage."""
        session = requests.Session()
        session.trust_env = (
            False  # the storage is on the premises: no proxy; looking for one costs a tenth of each call
        )
        for scheme in ("http://", "https://"):
            session.mount(scheme, HTTPAdapter(pool_connections=1, pool_maxsize=connections))
        transport = RequestsTransport(session=session, session_owner=True)
        try:
            client = ContainerClient.from_connection_string(
                settings.picture_storage.get_secret_value(),
                name,
                api_version=settings.storage_api_version,
                transport=transport,
                retry_total=0,
                connection_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                max_single_get_size=MAX_BYTES,
            )
        except ValueError:
            raise SettingsInvalid("settings: PictureStorage or STORAGE_API_VERSION is not usable") from None
        return cls(client)

    def create(self) -> None:
        """Make it, private, unless it is there."""
        with _named_errors():
            try:
                self._client.create_container()
            except ResourceExistsError:
                return

    def page(self, size: int, begin: str | None = None) -> Page:
        """Up to `size` blobs from `begin` on. A container that is missing is made."""
        pages = self._client.list_blobs(results_per_page=size).by_page(begin)
        try:
            with _named_errors():
                blobs = tuple(_stored(blob) for blob in next(pages, ()))
        except PictureGone:
            self.create()
            return Page((), None)
        return Page(blobs, pages.continuation_token or None)  # type: ignore[attr-defined]

    def walk(self) -> Iterator[Stored]:
        """All blobs."""
        begin = None
        while True:
            page = self.page(5000, begin)
            yield from page.blobs
            if page.next is None:
                return
            begin = page.next

    def blob(self, name: str) -> "Blob":
        """One of its blobs, whether or not it is there."""
        return Blob(self._client.get_blob_client(name))

    def write(self, name: str, content: bytes | Iterator[bytes], size: int, metadata: Mapping[str, str]) -> None:
        """Put a blob in place of what is there. A container that is missing is made."""
        try:
            self._upload(name, content, size, metadata)
        except PictureGone:
            self.create()
            self._upload(name, content, size, metadata)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _upload(self, name: str, content: bytes | Iterator[bytes], size: int, metadata: Mapping[str, str]) -> None:
        with _named_errors():
            self._client.get_blob_client(name).upload_blob(
                content, length=size, overwrite=True, metadata=dict(metadata)
            )


class Blob:
    """One blob. Every call raises StorageUnavailable, PictureTaken (leased by another) or PictureGone."""

    def __init__(self, client: BlobClient) -> None:
        self._client = client

    def acquire(self, seconds: int) -> str:
        """Lease it for 15 to 60 seconds; answers the lease's id."""
        lease_id = str(uuid.uuid4())
        with _named_errors():
            self._client.acquire_lease(seconds, lease_id=lease_id)
        return lease_id

    def renew(self, lease_id: str) -> None:
        """Begin the lease's time anew."""
        with _named_errors():
            BlobLeaseClient(self._client, lease_id).renew()

    def release(self, lease_id: str) -> None:
        """Let others have it."""
        with _named_errors():
            BlobLeaseClient(self._client, lease_id).release()

    def read(self, lease_id: str | None = None) -> Content:
        """Its bytes and metadata."""
        with _named_errors():
            return Content(self._client.download_blob(lease=lease_id))

    def mark(self, metadata: Mapping[str, str]) -> None:
        """Set its metadata, which changes its ETag."""
        with _named_errors():
            self._client.set_blob_metadata(dict(metadata))

    def metadata(self) -> Mapping[str, str]:
        """Its metadata."""
        with _named_errors():
            return self._client.get_blob_properties().metadata or {}

    def delete(self, lease_id: str | None = None) -> None:
        """Delete it."""
        with _named_errors():
            self._client.delete_blob(lease=lease_id)


def _stored(blob: BlobProperties) -> Stored:
    return Stored(blob.name, blob.last_modified, blob.lease.state == "leased")


@contextmanager
def _named_errors() -> Iterator[None]:
    try:
        yield
    except ResourceNotFoundError:
        raise PictureGone("not in storage") from None
    except HttpResponseError as error:
        if (getattr(error, "error_code", None) or "").startswith("Lease"):
            raise PictureTaken("leased by another") from None
        raise StorageUnavailable(f"the storage answers {error.status_code}") from None
    except (AzureError, requests.RequestException, OSError):
        raise StorageUnavailable("the storage can't be reached") from None
