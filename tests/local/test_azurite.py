"""The stand-in for blob storage: a device's SAS may write and do nothing else."""

import pytest
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from azure.storage.blob import ContainerClient

from local.azurite import SAS_VERSION, StorageAccount


def test_a_devices_connection_string_may_upload_and_neither_read_nor_list(
    storage: StorageAccount, container: str
) -> None:
    with ContainerClient.from_connection_string(
        storage.upload_connection_string(container), container, api_version=SAS_VERSION
    ) as device:
        device.upload_blob("one.jpg", b"picture")
        with pytest.raises((ClientAuthenticationError, HttpResponseError)):
            device.download_blob("one.jpg")
        with pytest.raises((ClientAuthenticationError, HttpResponseError)):
            list(device.list_blob_names())


def test_a_device_may_not_write_to_another_container(storage: StorageAccount, container: str) -> None:
    storage.create_container(f"{container}-other")
    credential = storage.upload_connection_string(container)
    with (
        ContainerClient.from_connection_string(credential, f"{container}-other", api_version=SAS_VERSION) as device,
        pytest.raises((ClientAuthenticationError, HttpResponseError)),
    ):
        device.upload_blob("one.jpg", b"picture")
