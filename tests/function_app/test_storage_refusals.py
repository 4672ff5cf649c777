"""What storage says of one blob is that blob's own, what it says of itself an outage: never one for the other."""

import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from azure.storage.blob import BlobLeaseClient

from function_app.errors import BlobChanged, BlobTaken, BlobUnusable, PictureTooLarge, StorageUnavailable
from function_app.names import MAX_BYTES
from function_app.poison import Poison
from function_app.retention import LONGEST_LEASE, Kept, keep_to
from function_app.storage.container import Container
from local.azurite import ACCOUNT, StorageAccount
from tests.function_app import hub, pictures, rig
from tests.function_app.face_service import FaceService, face, picture_of
from tests.function_app.test_patience import settings_of
from tests.support.event_hubs import EventHub
from tests.support.fault_proxy import Fault, Proxy, proxy
from tests.support.waiting import wait_until


@pytest.fixture
def way(storage: StorageAccount) -> Iterator[Proxy]:
    """Between a worker and storage."""
    with proxy() as opened:
        opened.target = int(storage.blob.rpartition(":")[2])
        yield opened


@pytest.fixture
def blobs(storage: StorageAccount, container: str, way: Proxy) -> Iterator[Container]:
    """A container by way of the proxy."""
    account = replace(storage, blob=way.url)
    opened = Container.of(settings_of(account, container), container, 2)
    yield opened
    opened.close()


MEANINGS = {
    (409, "SnapshotsPresent"): BlobUnusable,
    (409, "BlobArchived"): BlobUnusable,
    (409, "BlobBeingRehydrated"): BlobUnusable,
    (409, "BlobImmutableDueToPolicy"): BlobUnusable,
    (409, "InvalidBlobType"): BlobUnusable,
    (400, "InvalidUri"): BlobUnusable,
    (400, "InvalidResourceName"): BlobUnusable,
    (412, "LeaseIdMissing"): BlobTaken,
    (409, "LeaseAlreadyPresent"): BlobTaken,
    (412, "ConditionNotMet"): BlobChanged,
    (409, "ContainerBeingDeleted"): StorageUnavailable,
    (409, "AccountBeingCreated"): StorageUnavailable,
    (409, "OperationNotAllowedInCurrentState"): StorageUnavailable,
    (403, "AuthenticationFailed"): StorageUnavailable,
    (429, "TooManyRequests"): StorageUnavailable,
    (500, "InternalError"): StorageUnavailable,
    (503, "ServerBusy"): StorageUnavailable,
    (409, "NobodyKnowsThisCode"): StorageUnavailable,
}


@pytest.mark.parametrize(("status", "code"), MEANINGS)
def test_a_refusal_means_what_its_code_says_whatever_is_asked(
    blobs: Container, way: Proxy, status: int, code: str
) -> None:
    blob = blobs.blob(pictures.name())
    way.faults.append(Fault(status, code))
    for ask in (lambda: blob.acquire(15), blob.read, blob.delete):
        with pytest.raises(MEANINGS[status, code]):
            ask()


def test_retention_goes_on_behind_a_blob_that_cannot_be_deleted_and_takes_snapshots_along(
    blobs: Container, way: Proxy, storage: StorageAccount, container: str
) -> None:
    names = [f"store/cam/2026/11/2{day}/101530.987Z-0123456{day}.jpg" for day in range(5)]
    with rig.client(storage, container) as strangers:
        for name in names:
            strangers.upload_blob(name, b"x")
        strangers.get_blob_client(names[0]).create_snapshot()
        BlobLeaseClient(strangers.get_blob_client(names[1])).acquire(-1)
    way.faults.append(Fault(409, "BlobImmutableDueToPolicy", of=f"DELETE /{ACCOUNT}/{container}/{names[2]}"))
    later = datetime.now(UTC) + LONGEST_LEASE + timedelta(minutes=1)
    assert keep_to(blobs, timedelta(minutes=1), later) == Kept(purged=4, undeletable=1, freed=1)
    assert [stored.name for stored in blobs.walk()] == [names[2]]


def test_a_picture_too_large_to_be_held_goes_to_a_poison_container_that_is_not_there_yet(
    storage: StorageAccount, container: str, way: Proxy
) -> None:
    account, name = replace(storage, blob=way.url), pictures.name()
    settings = settings_of(account, container)
    pictures_of, poisoned = (Container.of(settings, each, 2) for each in (container, f"{container}-poison"))
    content = secrets.token_bytes(MAX_BYTES + 1)
    with rig.client(storage, container) as strangers, rig.client(storage, f"{container}-poison") as poison:
        strangers.upload_blob(name, content)
        Poison(pictures_of, poisoned).put(name, PictureTooLarge("too large"))
        assert not list(strangers.list_blob_names())
        assert poison.download_blob(name).readall() == content
        assert poison.get_blob_client(name).get_blob_properties().metadata == {"reason": "TooLarge"}
    pictures_of.close()
    poisoned.close()


async def test_one_blob_at_fault_is_set_aside_once_while_the_others_are_done(
    storage: StorageAccount, container: str, event_hub: EventHub, face_service: FaceService, way: Proxy
) -> None:
    account = replace(storage, blob=way.url)
    archived, logs = pictures.name(), rig.Logs()
    way.faults.append(Fault(409, "BlobArchived", of=f"GET /{ACCOUNT}/{container}/{archived}"))
    environment = rig.settings(account, container, event_hub, face_service.endpoint)
    with rig.client(storage, container) as strangers:
        for name in (archived, with_snapshot := pictures.name(), *(pictures.name() for _ in range(10))):
            strangers.upload_blob(name, picture_of(face()))
        strangers.get_blob_client(with_snapshot).create_snapshot()
        with rig.worker(environment, logs):
            wait_until(lambda: not list(strangers.list_blob_names()), "all are dealt with", 30)
    assert len(await hub.events(event_hub, 11)) == 11
    assert logs.count("outage") == 0
    assert [line.fields["reason"] for line in logs.lines if line.event == "blob poisoned"] == ["BlobArchived"]
