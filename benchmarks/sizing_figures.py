"""Measures what `python -m local size` stands on, and writes it to local/size/measured.json with date and machine.

python -m benchmarks.sizing_figures     about four minutes; nothing else should run meanwhile
"""

import json
import platform
import tempfile
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psutil
from rich.console import Console

from benchmarks.face_api_process import KEY_HEADER, face_api_process
from benchmarks.load_simulation import CAMERAS, PACED_SECONDS, report, run, tally
from benchmarks.pattern import demo
from benchmarks.visitor_memory import People, fill
from local.size.figures import MEASURED, Measured
from models.build import files_of_packages
from models.store import Store, user_cache
from models.table import PHOTOGRAPHS

VISITORS = 5_000
ROUNDS = 3
DETECT = "/face/v1.0/detect?returnFaceId=true&returnFaceAttributes=age,gender,emotion"


def main() -> None:
    """Measure, write, and show what was written."""
    console = Console()
    with console.status("the whole pattern on the sample footage"):
        sample = demo()
    with console.status("the Face API on photographs"):
        seconds_per_picture = face_api_seconds()
    with console.status("the visitor memory"):
        visitor_bytes = bytes_a_visitor()
    with console.status("a thousand cameras"):
        load = run(CAMERAS, PACED_SECONDS)
    report(load, CAMERAS)
    figures = Measured(
        measuredAt=time.strftime("%Y-%m-%d"),
        machine=f"{platform.machine()}, {psutil.cpu_count()} cores, Python {platform.python_version()}",
        eventBytes=len(tally(7, datetime(2026, 1, 5, 12, tzinfo=UTC), CAMERAS).to_json()),
        windowRowBytes=round(load.paced.row_bytes),
        pictureBytes=round(sample["pictureBytes"] / sample["pictures"]),
        secondsPerPicture=round(seconds_per_picture, 4),
        visitorBytes=round(visitor_bytes),
        workerPicturesPerSecond=round(load.worker.rate, 1),
    )
    MEASURED.write_text(json.dumps(figures.model_dump(by_alias=True), indent=2) + "\n")
    console.print_json(MEASURED.read_text())


def face_api_seconds() -> float:
    """Processor seconds of the service a picture: detect with all attributes, then observe its faces.

    Processor time, so that what else the machine does counts for nothing; a replica's thread gives as much with a core
    to itself.
    """
    photographs = [
        path.read_bytes() for path in files_of_packages(PHOTOGRAPHS, Store(user_cache() / "objects"), _quiet)
    ]
    with (
        face_api_process("--workers", "1") as service,
        httpx.Client(base_url=service.url, headers={KEY_HEADER: service.key}, timeout=60) as client,
    ):
        _ask(client, photographs)  # warm
        before = service.cpu_seconds()
        for _ in range(ROUNDS):
            _ask(client, photographs)
        return (service.cpu_seconds() - before) / (ROUNDS * len(photographs))


def _ask(client: httpx.Client, photographs: list[bytes]) -> None:
    for photograph in photographs:
        answer = client.post(DETECT, content=photograph, headers={"Content-Type": "application/octet-stream"})
        face_ids = [face["faceId"] for face in answer.raise_for_status().json()]
        if face_ids:
            seen_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            body = {"observationId": uuid.uuid4().hex, "seenAt": seen_at, "camera": "cam-1", "faceIds": face_ids}
            client.post("/visitors/v1/shop/observe", json=body).raise_for_status()


def bytes_a_visitor() -> float:
    """What the database's files take for each visitor with one template."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill(folder, People(1).strangers(VISITORS), [])
        return sum(path.stat().st_size for path in folder.iterdir()) / VISITORS


def _quiet(*_: object) -> None:
    pass


if __name__ == "__main__":
    main()
