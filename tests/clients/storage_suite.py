"""Pictures that any official storage client uploads, in any way it has, with a camera's SAS, into a running pattern."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from azure.storage.blob import BlobSasPermissions, generate_blob_sas

from local.azurite import ACCOUNT, StorageAccount
from tests.clients.driver import Driver
from tests.function_app import hub, pictures, rig
from tests.function_app.face_service import FaceService, face, picture_of
from tests.support.event_hubs import EventHub
from tests.support.waiting import wait_until

AT_ONCE = ("put", "blocks", "stream", "marked", "copy")
IN_STEPS = "page"
"""Made first and written then: a worker that sees it in between takes it as it is. So it is written before one runs."""


def source(storage: StorageAccount, container: str, picture: bytes) -> str:
    """The URL of a picture to copy, with leave to read it."""
    name = f"{container}-source"
    storage.create_container(name)
    with rig.client(storage, name) as blobs:
        blobs.upload_blob("picture", picture)
    sas = generate_blob_sas(
        ACCOUNT,
        name,
        "picture",
        account_key=storage.key,
        permission=BlobSasPermissions(read=True),
        expiry=datetime.now(UTC) + timedelta(hours=1),
    )
    return f"{storage.blob}/{ACCOUNT}/{name}/picture?{sas}"


@pytest.mark.asyncio(loop_scope="class")
class StorageSuite:
    """A language's class names it."""

    language: ClassVar[str]

    async def test_pictures_uploaded_in_every_way_become_tallies_and_are_deleted(
        self, client: Driver, storage: StorageAccount, container: str, event_hub: EventHub, tmp_path: Path
    ) -> None:
        picture = picture_of(face())
        file = tmp_path / "picture"
        file.write_bytes(picture)
        sas = storage.upload_connection_string(container)
        copied = await asyncio.to_thread(source, storage, container, picture)

        async def upload(number: int, way: str) -> None:
            name = pictures.name("store", way, datetime(2026, 11, 22, 10, number, 30, 1000, UTC))
            asked: dict[str, Any] = {
                "storage": sas,
                "container": container,
                "blob": name,
                "file": str(file),
                "source": copied,
            }
            await client.run("upload", **asked, way=way)

        with FaceService() as faces, rig.client(storage, container) as blobs:
            await upload(0, IN_STEPS)
            with rig.worker(rig.settings(storage, container, event_hub, faces.endpoint)):
                for number, way in enumerate(AT_ONCE, 1):
                    await upload(number, way)
                received = await hub.raw_events(event_hub, 1 + len(AT_ONCE), 60)
                await asyncio.to_thread(wait_until, lambda: not list(blobs.list_blob_names()), "pictures are deleted")
        assert sorted(event.partition_key or b"" for event in received) == sorted(
            f"store/{way}".encode() for way in (IN_STEPS, *AT_ONCE)
        )
