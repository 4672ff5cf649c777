"""Counts through a kill and an outage: each crossing in exactly one row, whoever ends the module and when."""

import json
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from azure.storage.blob import ContainerClient
from PIL import Image

from edge.frame import Pixels
from function_app.names import Traffic
from function_app.traffic import read_rows
from local.azurite import StorageAccount, start_azurite
from local.footage.people import cut_out_people
from tests.edge.processes.edge_process import EdgeProcess
from tests.edge.scenes import shop, write_video

CONTAINER = "pictures"
LINES = {"door": {"from": "0.5,0.1", "to": "0.5,1"}}
ZONES = {"floor": {"polygon": "0.05,0.6 0.95,0.6 0.95,1 0.05,1", "staySeconds": 1}}


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory, photographs: list[Path]) -> Path:
    """Half a minute of one who walks to and fro, six seconds each way, feet and all within the picture."""
    walker = cut_out_people(photographs)["maroon"].picture.resize((72, 200))

    def at(left: int) -> Pixels:
        picture = Image.fromarray(shop(640, 360))
        picture.paste(walker, (left, 140), walker)
        return np.asarray(picture)

    to = [at(10 + 9 * step) for step in range(60)]
    return write_video(tmp_path_factory.mktemp("footage") / "walk.mp4", (to + to[::-1]) * 3)


def stored(account: StorageAccount, container: str = CONTAINER) -> dict[str, list[dict[str, Any]]]:
    """Traffic blobs: name → rows, each checked as the function checks them."""
    with ContainerClient.from_connection_string(
        account.connection_string, container, api_version="2019-07-07"
    ) as client:
        contents = {
            name: client.download_blob(name).readall() for name in client.list_blob_names() if name.endswith(".json")
        }
    for name, content in contents.items():
        assert read_rows(Traffic.named(name), content)
    return {name: json.loads(content) for name, content in contents.items()}


def counted_today(spool: Path) -> int:
    """Crossings of the day so far, as the module keeps them on disk."""
    ledger = spool / "traffic.json"
    days = json.loads(ledger.read_text())["days"] if ledger.exists() else {}
    return sum(sum(counts) for day in days.values() for counts in day.values())


def test_every_crossing_is_in_one_row_through_a_kill_and_an_outage(tmp_path: Path, walk: Path) -> None:
    (tmp_path / "azurite").mkdir()
    child, account = start_azurite(tmp_path / "azurite")
    spool = tmp_path / "spool"
    blob, queue, table = (int(address.rpartition(":")[2]) for address in (account.blob, account.queue, account.table))
    try:
        account.create_container(CONTAINER)
        settings = {
            "PictureStorage": account.upload_connection_string(CONTAINER),
            "Store": "north",
            "Camera": "door-1",
            "SpoolFolder": str(spool),
            "Lines": json.dumps(LINES),
            "Zones": json.dumps(ZONES),
            "TrafficSeconds": "15",
        }
        child.stop()
        with EdgeProcess(["--source", str(walk)], settings) as edge:
            edge.until(lambda: counted_today(spool) >= 3, seconds=60)
            edge.process.kill()
            edge.wait()
        before = counted_today(spool)
        with EdgeProcess(["--source", str(walk)], settings) as edge:
            edge.until(lambda: counted_today(spool) >= before + 2, seconds=60)
            child, _ = start_azurite(tmp_path / "azurite", account.key, (blob, queue, table))
            edge.process.send_signal(signal.SIGTERM)
            assert edge.wait() == 0
        blobs = stored(account)
    finally:
        child.stop()
    rows = [row for name in sorted(blobs) for row in blobs[name]]
    assert len({row["tallyId"] for row in rows}) == len(rows)
    doors = sorted((row for row in rows if row.get("place") == "door"), key=lambda row: row["windowEnd"])
    assert sum(row["countIn"] + row["countOut"] for row in doors) == counted_today(spool) >= before + 2
    ins = outs = 0
    for row in doors:
        ins, outs = ins + row["countIn"], outs + row["countOut"]
        assert (row["inDay"], row["outDay"]) == (ins, outs)
    floors = [row for row in rows if row.get("place") == "floor"]
    assert {row["peopleMax"] for row in floors if not row["stays"]} <= {1}
    assert {row["peopleMax"] for row in floors} - {0} == {1}, "0 where a stay ended that nobody was seen after"
    said = "".join(edge.lines)
    assert not any(row["tallyId"] in said for row in rows)


def test_a_film_of_no_one_has_heartbeats_alone(storage: StorageAccount, container: str, tmp_path: Path) -> None:
    film = write_video(tmp_path / "empty.mp4", [shop(640, 360)] * 20)
    settings = {
        "PictureStorage": storage.upload_connection_string(container),
        "PICTURE_CONTAINER": container,
        "Store": "north",
        "Camera": "door-1",
        "SpoolFolder": str(tmp_path / "spool"),
        "Lines": json.dumps(LINES),
    }
    with EdgeProcess(["--source", str(film)], settings) as edge:
        assert edge.wait() == 0
    # Two seconds of film are of one minute or of two.
    beats = [beat for rows in stored(storage, container).values() for beat in rows]
    assert not any("place" in beat for beat in beats)
    assert sum(beat["watchedSeconds"] for beat in beats) in {1, 2}
