"""A listing says of each blob what the SDK's own models say of it."""

from collections.abc import Iterator

import pytest
from azure.storage.blob import BlobProperties

from function_app.errors import StorageUnavailable
from function_app.storage import listing
from function_app.storage.container import Container
from function_app.storage.listing import Stored
from local.azurite import StorageAccount
from tests.function_app import rig
from tests.function_app.test_patience import settings_of

NAMES = ("shop/cam/2026/a b.jpg", "shop/cam/ü&<é>%20+.jpg", "plain", "shop/cam/2026/leased.jpg")
DAY, NIGHT = "Mon, 02 Mar 2026 10:00:00 GMT", "Mon, 02 Mar 2026 23:59:59 GMT"


def _as_the_sdk_says(blob: BlobProperties) -> Stored:
    stored_at = blob.creation_time or blob.last_modified
    return Stored(blob.name, stored_at, blob.last_modified, blob.lease.state == "leased", blob.metadata or {})


@pytest.fixture
def filled(storage: StorageAccount, container: str) -> Iterator[Container]:
    blobs = Container.of(settings_of(storage, container), container, 4)
    for number, name in enumerate(NAMES):
        blobs.write(name, b"x", 1, {"tries": str(number), "reason": "Größe & <more>".encode().hex()} if number else {})
    lease = blobs.blob(NAMES[-1]).acquire(15)
    yield blobs
    blobs.blob(NAMES[-1]).release(lease)
    blobs.close()


def test_it_says_what_the_sdk_says_of_names_times_leases_and_metadata(
    filled: Container, storage: StorageAccount, container: str
) -> None:
    with rig.client(storage, container) as client:
        theirs = [_as_the_sdk_says(blob) for blob in client.list_blobs(include=["metadata"])]
    assert list(filled.walk(metadata=True)) == theirs
    assert sorted(blob.name for blob in theirs) == sorted(NAMES)
    assert [blob.name for blob in theirs if blob.leased] == [NAMES[-1]]
    assert not any(blob.metadata for blob in filled.walk())


def test_it_takes_only_what_begins_as_asked(filled: Container) -> None:
    assert {blob.name for blob in filled.page(10, under="shop/cam/2026/").blobs} == {NAMES[0], NAMES[3]}


def _answer(blob: str) -> bytes:
    return f"<EnumerationResults><Blobs><Blob>{blob}</Blob></Blobs><NextMarker/></EnumerationResults>".encode()


def test_a_blob_that_was_marked_since_keeps_the_time_at_which_it_was_stored() -> None:
    times = f"<Creation-Time>{DAY}</Creation-Time><Last-Modified>{NIGHT}</Last-Modified>"
    (blob,) = listing.read(_answer(f"<Name>a</Name><Properties>{times}</Properties>"))
    assert (blob.stored_at.isoformat(), blob.touched_at.isoformat()) == (
        "2026-03-02T10:00:00+00:00",
        "2026-03-02T23:59:59+00:00",
    )


def test_a_storage_without_creation_times_has_stored_it_when_it_was_touched() -> None:
    (blob,) = listing.read(
        _answer(f"<Name>a</Name><Properties><Last-Modified>{DAY}</Last-Modified></Properties><Metadata/>")
    )
    assert blob.stored_at == blob.touched_at
    assert not blob.leased


def test_a_name_that_xml_cannot_hold_comes_encoded() -> None:
    (blob,) = listing.read(
        _answer(
            f'<Name Encoded="true">a%EF%BF%BE%2Fb</Name><Properties><Last-Modified>{DAY}</Last-Modified></Properties>'
        )
    )
    assert blob.name == "a\ufffe/b"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html>",
        _answer("<Name>a</Name>"),
        _answer("<Name>a</Name><Properties/>"),
        _answer("<Name>a</Name><Properties><Last-Modified>soon</Last-Modified></Properties>"),
        _answer(f"<Properties><Last-Modified>{DAY}</Last-Modified></Properties>"),
    ],
)
def test_what_is_no_listing_is_an_outage_not_a_crash(answer: bytes) -> None:
    with pytest.raises(StorageUnavailable):
        listing.read(answer)
