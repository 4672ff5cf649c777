"""What the Functions host keeps of blobs' names in its own storage: receipts, and messages of those it gave up.

Seen on host 4.1037 with Storage.Blobs 5.3.10: a receipt is an empty blob `blobreceipts/<host id>/<function>/<ETag>/
<container>/<blob name>` in `azure-webjobs-hosts`; a message in `webjobs-blobtrigger-poison` of the pictures' account
holds the blob's name too. Both outlive the blob.
"""

from datetime import datetime, timedelta

from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.storage.blob import ContainerClient
from azure.storage.queue import QueueClient

from function_app.settings import FunctionsSettings

HOST_CONTAINER, RECEIPTS, POISON_QUEUE = "azure-webjobs-hosts", "blobreceipts/", "webjobs-blobtrigger-poison"
MARGIN = timedelta(minutes=10)
"""A receipt is left so long: without it the host would take a blob that is still there for new."""


class HostLeftovers:
    """Removes them. Trouble is passed over: the next round tries again."""

    def __init__(self, host: ContainerClient | None, poison: QueueClient | None) -> None:
        self._host, self._poison = host, poison

    @classmethod
    def of(cls, settings: FunctionsSettings) -> "HostLeftovers":
        """For the host's and the pictures' account. Where it has no connection string for one, that is left alone."""
        return cls(
            _container(settings.host_storage.get_secret_value()), _queue(settings.picture_storage.get_secret_value())
        )

    def remove(self, now: datetime) -> None:
        """Once."""
        try:
            if self._host is not None:
                for receipt in list(self._host.list_blobs(name_starts_with=RECEIPTS)):
                    if now - receipt.last_modified > MARGIN:
                        self._host.delete_blob(receipt.name)
        except AzureError:
            pass
        try:
            if self._poison is not None:
                self._poison.clear_messages()
        except (ResourceNotFoundError, AzureError):
            pass


def _container(connection_string: str) -> ContainerClient | None:
    try:
        return ContainerClient.from_connection_string(connection_string, HOST_CONTAINER, retry_total=0)
    except ValueError:
        return None


def _queue(connection_string: str) -> QueueClient | None:
    try:
        return QueueClient.from_connection_string(connection_string, POISON_QUEUE, retry_total=0)
    except ValueError:
        return None
