"""What the Functions host keeps of blobs' names goes when the blob has long gone."""

import json
from datetime import UTC, datetime, timedelta

from azure.storage.queue import QueueClient

from function_app.host_leftovers import HOST_CONTAINER, MARGIN, POISON_QUEUE, RECEIPTS, HostLeftovers
from function_app.settings import FunctionsSettings
from local.azurite import StorageAccount
from tests.function_app import pictures, rig
from tests.function_app.face_service import KEY, MEMORY


def settings(connection: str) -> FunctionsSettings:
    return FunctionsSettings(
        PictureStorage=connection,
        AzureWebJobsStorage=connection,
        FACE_API_ENDPOINT="http://face-api:5000",
        FACE_API_KEY=KEY,
        ANONYMIZATION_KEY=rig.ANONYMIZATION_KEY,
        VISITOR_MEMORY=MEMORY,
    )


def test_receipts_and_poison_messages_go_and_nothing_else_of_the_host_does(storage: StorageAccount) -> None:
    name, now = pictures.name(), datetime.now(UTC)
    storage.create_container(HOST_CONTAINER)
    leftovers = HostLeftovers.of(settings(storage.connection_string))
    with (
        rig.client(storage, HOST_CONTAINER) as host,
        QueueClient.from_connection_string(storage.connection_string, POISON_QUEUE) as poison,
    ):
        host.upload_blob(f"{RECEIPTS}footfall/FaceAnalyze/0x1/pictures/{name}", b"")
        host.upload_blob("locks/footfall/of-this-test", b"")
        poison.create_queue()
        poison.send_message(json.dumps({"ContainerName": "pictures", "BlobName": name}))
        leftovers.remove(now + MARGIN - timedelta(minutes=1))
        assert any(name in kept for kept in host.list_blob_names()), "the host may look at it again"
        leftovers.remove(now + MARGIN + timedelta(minutes=1))
        assert not any(name in kept for kept in host.list_blob_names())
        assert "locks/footfall/of-this-test" in set(host.list_blob_names())
        assert not poison.peek_messages()
        host.delete_blob("locks/footfall/of-this-test")


def test_a_host_without_a_connection_string_or_a_queue_is_left_alone(storage: StorageAccount) -> None:
    given = settings(storage.connection_string)
    elsewhere = given.model_copy(update={"host_storage": given.face_api_key})
    HostLeftovers.of(elsewhere).remove(datetime.now(UTC) + timedelta(days=1))
