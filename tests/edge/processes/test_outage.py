"""The outage drill: storage gone while people pass, the module killed in the middle, storage back."""

import signal
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient

from edge.spool.key import spool_key
from edge.spool.seal import unseal
from local.azurite import StorageAccount, start_azurite
from tests.edge.processes.edge_process import EdgeProcess
from tests.edge.scenes import photograph, shop, with_guest, write_video

CONTAINER = "pictures"


def arrived(account: StorageAccount) -> list[tuple[str, float]]:
    """Names of stored pictures and when they came."""
    with ContainerClient.from_connection_string(
        account.connection_string, CONTAINER, api_version="2019-07-07"
    ) as client:
        blobs = [(blob.name, blob.creation_time.timestamp()) for blob in client.list_blobs()]
    return [blob for blob in blobs if blob[0].endswith(".jpg")]


def port(address: str) -> int:
    return int(address.rpartition(":")[2])


@pytest.fixture
def guests(tmp_path: Path, photographs: list[Path]) -> Path:
    """Thirty seconds of guests who shift from foot to foot."""
    one = photograph(photographs[0])
    steps = [with_guest(shop(640, 360), one, left=100 + 3 * (step % 10), height=330) for step in range(10)]
    return write_video(tmp_path / "guests.mp4", steps * 30)


def test_every_picture_arrives_once_and_in_order(tmp_path: Path, guests: Path) -> None:
    (tmp_path / "azurite").mkdir()
    child, account = start_azurite(tmp_path / "azurite")
    try:
        account.create_container(CONTAINER)
        spool = tmp_path / "spool"
        settings = {
            "PictureStorage": account.upload_connection_string(CONTAINER),
            "Store": "north",
            "Camera": "door-1",
            "SpoolFolder": str(spool),
            "TimeBetweenPicturesInSeconds": "0.4",
        }
        with EdgeProcess(["--source", str(guests)], settings) as edge:
            edge.until(lambda: len(arrived(account)) >= 2, seconds=60)
            child.stop()
            edge.until(lambda: edge.counts.get("spooled", 0) >= 3, seconds=60)
            edge.process.kill()
            edge.wait()
            assert edge.logged("upload failed")
        kept = [
            unseal(file.read_bytes(), spool_key(spool, None), file.name) for file in sorted(spool.glob("*.picture"))
        ]
        assert all(kept)
        names = [parcel.name for parcel in kept if parcel and parcel.name.endswith(".jpg")]
        assert len(names) >= 3
        assert names == sorted(names)
        assert not [file for file in spool.rglob("*") if file.is_file() and b"\xff\xd8\xff" in file.read_bytes()]

        with EdgeProcess(["--source", str(guests)], settings) as edge:
            edge.until(lambda: edge.counts.get("pictures", 0) >= 2, seconds=60)
            child, again = start_azurite(
                tmp_path / "azurite", account.key, (port(account.blob), port(account.queue), port(account.table))
            )
            assert again == account
            edge.until(lambda: edge.logged("upload works again"), seconds=60)
            edge.process.send_signal(signal.SIGTERM)
            assert edge.wait() == 0
            assert edge.counts["spooled"] == 0
            made_later = edge.counts["pictures"]
        pictures = arrived(account)
        assert {name for name, _ in pictures} >= set(names)
        before = min(names)
        after = max(names)
        assert len([name for name, _ in pictures if before <= name <= after]) == len(names)
        assert len([name for name, _ in pictures if name > after]) == made_later
        by_arrival = sorted(pictures, key=lambda picture: (picture[1], picture[0]))
        assert [name for name, _ in by_arrival] == sorted(name for name, _ in pictures)
        assert not list(spool.glob("*.picture*"))
    finally:
        child.stop()
