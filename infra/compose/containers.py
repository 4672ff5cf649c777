"""Runs in the worker's image: makes the storage's containers, as soon as the storage answers."""

import sys
import time
from contextlib import suppress
from pathlib import Path

from azure.core.exceptions import AzureError, ResourceExistsError
from azure.storage.blob import BlobServiceClient

NAMES = ("pictures", "pictures-poison", "pictures-pool", "checkpoints")
TRIES = 60


def main() -> int:
    """Make each that is not there yet: 0 done, 1 the storage did not answer within a minute or so."""
    connection = Path("/run/secrets/footfall/PictureStorage").read_text()
    for _ in range(TRIES):
        try:
            _make(connection)
        except AzureError as fault:
            sys.stderr.write(f"containers: the storage does not answer yet: {type(fault).__name__}\n")
            time.sleep(1)
        else:
            return 0
    return 1


def _make(connection: str) -> None:
    with BlobServiceClient.from_connection_string(connection, api_version="2019-07-07", retry_total=0) as client:
        for name in NAMES:
            with suppress(ResourceExistsError):
                client.create_container(name)


if __name__ == "__main__":
    sys.exit(main())
