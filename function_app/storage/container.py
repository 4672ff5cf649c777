"""One container."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from azure.core import MatchConditions
from azure.core.exceptions import ResourceExistsError
from azure.core.pipeline.transport import RequestsTransport
from azure.storage.blob import BlobPrefix, BlobProperties, ContainerClient

from function_app.errors import BlobGone, SettingsInvalid
from function_app.names import MAX_BYTES
from function_app.settings import Settings
from function_app.storage import listing, refusals
from function_app.storage.blob import Blob
from function_app.storage.listing import Stored
from function_app.storage.session import AsSigned

CONNECT_SECONDS, READ_SECONDS = 2, 10
BLOCK_BYTES = 256 * 1024
"""The SDK's own, as its timeouts, holds only for a transport of its making."""
LISTING_SIZE = 5000


@dataclass(frozen=True, slots=True)
class Page:
    """Some blobs in the order of their names, and where the next page begins; None after the last."""

    blobs: tuple[Stored, ...]
    next: str | None


class Container:
    """Every call raises StorageUnavailable when storage can't be reached or refuses.

    The SDK's own retries are off: a picture that can't be had now is left, and comes up again in the next listing.
    """

    def __init__(self, client: ContainerClient) -> None:
        self._client = client

    @classmethod
    def of(cls, settings: Settings, name: str, connections: int) -> "Container":
        """The container `name` of the settings' storage account. Raises SettingsInvalid for a bad PictureStorage."""
        roots = os.environ.get("REQUESTS_CA_BUNDLE") or True  # a private authority's, as on a Hub
        transport = RequestsTransport(
            session=AsSigned(connections),
            connection_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            connection_data_block_size=BLOCK_BYTES,
            connection_verify=roots,
        )
        try:
            client = ContainerClient.from_connection_string(
                settings.picture_storage.get_secret_value(),
                name,
                api_version=settings.storage_api_version,
                transport=transport,
                retry_total=0,
                max_single_get_size=MAX_BYTES,
            )
        except ValueError:
            raise SettingsInvalid("settings: PictureStorage or STORAGE_API_VERSION is not usable") from None
        return cls(client)

    def create(self) -> None:
        """Make it, private, unless it is there."""
        with refusals.named():
            try:
                self._client.create_container()
            except ResourceExistsError:
                return

    def page(self, size: int, begin: str | None = None, metadata: bool = False, under: str | None = None) -> Page:
        """Up to `size` blobs from `begin` on, with names that start with `under`. A missing container is made."""
        answers: list[bytes] = []
        pages = self._client.list_blob_names(
            name_starts_with=under,
            include=["metadata"] if metadata else None,
            results_per_page=size,
            raw_response_hook=lambda response: answers.append(response.http_response.body()),
        ).by_page(begin)
        try:
            with refusals.named():
                next(pages, ())
        except BlobGone:
            self.create()
            return Page((), None)
        return Page(listing.read(answers[-1]), pages.continuation_token or None)  # type: ignore[attr-defined]

    def branches(self, under: str = "") -> tuple[list[str], list[Stored]]:
        """How names go on behind `under` up to the next slash, and the blobs that have none; LISTING_SIZE at most."""
        with refusals.named():
            found = next(self._client.walk_blobs(under, delimiter="/", results_per_page=LISTING_SIZE).by_page(), ())
            items = list(found)
        return (
            [item.name for item in items if isinstance(item, BlobPrefix)],
            [_stored(item) for item in items if isinstance(item, BlobProperties) and not isinstance(item, BlobPrefix)],
        )

    def walk(self, metadata: bool = False) -> Iterator[Stored]:
        """All blobs."""
        begin = None
        while True:
            page = self.page(LISTING_SIZE, begin, metadata)
            yield from page.blobs
            if page.next is None:
                return
            begin = page.next

    def blob(self, name: str) -> Blob:
        """One of its blobs, whether or not it is there."""
        return Blob(self._client.get_blob_client(name))

    def write(self, name: str, content: bytes | Iterator[bytes], size: int, metadata: Mapping[str, str]) -> None:
        """Put a blob in place of what is there. The container is made first: an iterator can be sent only once."""
        self.create()
        self._upload(name, content, size, metadata)

    def replace(self, name: str, content: bytes, metadata: Mapping[str, str], etag: str | None) -> str:
        """Write a blob if it still is what `etag` says, None: not there. Answers its ETag. Raises BlobChanged."""
        try:
            return self._upload(name, content, len(content), metadata, unchanged=_condition(etag))
        except BlobGone:
            self.create()
            return self._upload(name, content, len(content), metadata, unchanged=_condition(etag))

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _upload(
        self,
        name: str,
        content: bytes | Iterator[bytes],
        size: int,
        metadata: Mapping[str, str],
        unchanged: Mapping[str, Any] = MappingProxyType({}),
    ) -> str:
        with refusals.named():
            answer = self._client.get_blob_client(name).upload_blob(
                content, length=size, overwrite=True, metadata=dict(metadata), **unchanged
            )
        return str(answer["etag"])


def _condition(etag: str | None) -> Mapping[str, Any]:
    if etag is None:
        return {"match_condition": MatchConditions.IfMissing}
    return {"etag": etag, "match_condition": MatchConditions.IfNotModified}


def _stored(blob: BlobProperties) -> Stored:
    stored_at = blob.creation_time or blob.last_modified
    return Stored(blob.name, stored_at, blob.last_modified, blob.lease.state == "leased", blob.metadata or {})
