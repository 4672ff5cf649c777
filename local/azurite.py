"""Blob, queue and table storage on this machine: Azurite (npm), with an account made up for the run."""

import base64
import re
import secrets
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from azure.core.exceptions import ResourceExistsError
from azure.storage.blob import ContainerClient, ContainerSasPermissions, generate_container_sas

from local.child import ROOT, Child
from local.errors import ChildDied, NotReady, SurroundingsUnfit

PROGRAM = ROOT / "local" / "node_modules" / "azurite" / "dist" / "src" / "azurite.js"
LISTENING = re.compile(r"Azurite (Blob|Queue|Table) service (?:is )?successfully listen\w* (?:at|on) (http://\S+)")
ACCOUNT = "footfall"
SAS_VERSION = "2019-07-07"  # as the clients pin it for Stack Hub
UNTIL_READY_SECONDS = 30


@dataclass(frozen=True)
class StorageAccount:
    """Where the account listens, and its key."""

    key: str
    blob: str
    queue: str
    table: str

    @property
    def connection_string(self) -> str:
        """With the account's key: for the function and the operator, never for a device."""
        return (
            f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={self.key};"
            f"BlobEndpoint={self.blob}/{ACCOUNT};QueueEndpoint={self.queue}/{ACCOUNT};"
            f"TableEndpoint={self.table}/{ACCOUNT};"
        )

    def upload_connection_string(self, container: str, lifetime: timedelta = timedelta(hours=24)) -> str:
        """For a device: may create and write blobs in one container, nothing else, until the SAS expires."""
        sas = generate_container_sas(
            ACCOUNT,
            container,
            account_key=self.key,
            permission=ContainerSasPermissions(create=True, write=True),
            expiry=datetime.now(UTC) + lifetime,
        )
        return f"BlobEndpoint={self.blob}/{ACCOUNT};SharedAccessSignature={sas}"

    def container(self, name: str) -> ContainerClient:
        """A client with the account's key; the caller closes it."""
        return ContainerClient.from_connection_string(self.connection_string, name, api_version=SAS_VERSION)

    def create_container(self, name: str) -> None:
        """Make a private container, unless it is there from an earlier run."""
        with self.container(name) as client, suppress(ResourceExistsError):
            client.create_container()


@contextmanager
def azurite(folder: Path) -> Iterator[tuple[Child, StorageAccount]]:
    """Azurite with its data in `folder`, on free loopback ports, with a key of its own."""
    child, account = start_azurite(folder)
    try:
        yield child, account
    finally:
        child.stop()


def start_azurite(
    folder: Path, key: str | None = None, ports: tuple[int, int, int] = (0, 0, 0)
) -> tuple[Child, StorageAccount]:
    """Start Azurite (blob, queue, table); pass `key` and `ports` to come back after a kill as the same account.

    Raises SurroundingsUnfit without Node or the npm packages, ChildDied or NotReady when it does not come up.
    """
    node = shutil.which("node")
    if node is None or not PROGRAM.exists():
        raise SurroundingsUnfit("Azurite is not installed: run `make setup` (it needs Node 20 or newer)")
    key = key or base64.b64encode(secrets.token_bytes(64)).decode()
    listening: dict[str, str] = {}
    all_up = threading.Condition()

    def on_output(line: str) -> None:
        if match := LISTENING.search(line):
            with all_up:
                listening[match[1].lower()] = match[2]
                all_up.notify_all()

    child = Child(
        "azurite",
        [node, str(PROGRAM), *_arguments(folder, ports)],
        {"AZURITE_ACCOUNTS": f"{ACCOUNT}:{key}"},
        on_output=on_output,
    )
    with all_up:
        up = all_up.wait_for(lambda: len(listening) == 3 or child.status is not None, UNTIL_READY_SECONDS)
    if len(listening) < 3:
        status = child.status
        child.stop()
        if status is not None:
            raise ChildDied(f"azurite ended with status {status}: {child.last_words}")
        raise NotReady(f"azurite was not up after {UNTIL_READY_SECONDS} s") if not up else ChildDied("azurite ended")
    return child, StorageAccount(key=key, **listening)


def _arguments(folder: Path, ports: tuple[int, int, int]) -> list[str]:
    listen = [
        argument
        for service, port in zip(("blob", "queue", "table"), ports, strict=True)
        for argument in (f"--{service}Host", "127.0.0.1", f"--{service}Port", str(port))
    ]
    return ["--location", str(folder), "--silent", "--disableTelemetry", "--skipApiVersionCheck", *listen]
