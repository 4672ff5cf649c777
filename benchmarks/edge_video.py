"""The module on 1280×720 video: frames a second on one core, CPU on a still scene, memory over 10,000 frames.

Where the repository's history is at hand, the module as it was before it counted people (commit 69d6e49) takes turns
with today's on the same films.
"""

import itertools
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.earlier import COMMIT, earlier_checkout
from benchmarks.edge_gate import photographs
from edge.camera.choose import open_source
from edge.camera.reader import Reader
from edge.counting.counter import Counter
from edge.frame import Frame, Pixels
from edge.gate.faces import FaceCheck
from edge.gate.person_model import PersonModel
from edge.parcel import Parcel
from edge.picture import cut, picture_name
from edge.settings import PERSON_MODEL, resolve
from edge.spool.spool import Bounds, Spool
from edge.watch import Watch
from models.__main__ import WEIGHTS_FOLDER
from tests.edge.scenes import shop, with_guest, write_video

RATE = 30
FRAMES_IN_MEMORY_TEST, WARM_UP = 10_000, 500
STILL_SECONDS = 6.0
SETTINGS = resolve(
    {
        "Lines": '{"door": {"from": "0.5,0.1", "to": "0.5,0.95"}}',
        "Zones": '{"display": {"polygon": "0.1,0.5 0.9,0.5 0.9,1 0.1,1"}}',
    }
)
ROOT = Path(__file__).resolve().parents[1]
TURNS = 3
ONE_TURN = (
    "import sys; from pathlib import Path; from benchmarks.edge_video import frames_per_second; "
    "print(frames_per_second(Path(sys.argv[1])))"
)


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        Console().print(report(Path(folder)))


def report(folder: Path) -> Table:
    """Every measurement, on one core."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        guests = write_video(folder / "guests.mp4", list(people_walking()), RATE)
        leaves = write_video(folder / "leaves.mp4", list(something_moving()), RATE)
        still = write_video(folder / "still.mp4", [shop()] * RATE * 24, RATE)
        table = Table("1280×720, H.264, one core", "", f"at {COMMIT}", "ratio", title="The edge module on video")
        with earlier_checkout() as before:
            for name, film in (("people", guests), ("something else", leaves), ("nothing", still)):
                table.add_row(f"frames/s of CPU time, {name} moving", *beside(film, before))
        table.add_row(f"CPU share, still scene at {RATE} frames/s, looking at 10/s", f"{still_share(still):.1%}")
        growth = memory_growth(guests, still, folder)
        table.add_row(f"memory after {FRAMES_IN_MEMORY_TEST:,} frames, with pictures", f"{growth:+.1f} MB")
    finally:
        os.sched_setaffinity(0, cores)
    return table


def beside(film: Path, before: Path | None) -> tuple[str, str, str]:
    """Frames a second of today's module, of the one before, and their ratio: the median of turns."""
    ours, theirs = [], []
    for _ in range(TURNS):
        ours.append(frames_per_second(film))
        if before:
            told = subprocess.run([sys.executable, "-c", ONE_TURN, film], cwd=before, capture_output=True, check=True)
            theirs.append(float(told.stdout.splitlines()[-1]))
    now, then = statistics.median(ours), statistics.median(theirs) if theirs else None
    return f"{now:.0f}", f"{then:.0f}" if then else "", f"{now / then:.2f}" if then else ""


def people_walking(steps: int = 60) -> Iterator[Pixels]:
    """A group that walks through the shop."""
    scene, guest = shop(), photographs()[0]
    return (with_guest(scene, guest, left=8 * step, height=500) for step in range(steps))


def something_moving(steps: int = 60) -> Iterator[Pixels]:
    """No one, but a banner in the wind."""
    for step in range(steps):
        scene = shop()
        left = 40 + 15 * (step % 30)
        scene[100:400, left : left + 60] = (200, 30, 30)
        yield scene


def watching() -> Watch:
    """A watch as the module has it."""
    return Watch(PersonModel(WEIGHTS_FOLDER / PERSON_MODEL), FaceCheck(WEIGHTS_FOLDER))


def frames(*videos: Path) -> Iterator[Frame]:
    """Frames of the videos, over and over, at the times they would come at."""
    number = 0
    for video in itertools.cycle(videos):
        for shown in open_source(str(video)).images():
            yield Frame(shown.image, datetime.now(UTC), number / RATE)
            number += 1


def look_at(watch: Watch, some: Iterable[Frame]) -> None:
    """Decode, look and count, pictures included."""
    counter = None
    for frame in some:
        counter = counter or Counter(SETTINGS.lines, SETTINGS.zones, 0.05, (frame.width, frame.height))
        glance = watch.look(frame, SETTINGS)
        counter.step(glance.seen, frame.at)
        if chosen := glance.chosen:
            cut(chosen.frame, chosen.people, SETTINGS.jpeg_quality)


def frames_per_second(video: Path, count: int = 120) -> float:
    """Frames a second of CPU time, from the file to the decision."""
    watch, source = watching(), frames(video)
    look_at(watch, itertools.islice(source, 20))
    start = time.process_time()
    look_at(watch, itertools.islice(source, count))
    return count / (time.process_time() - start)


def still_share(video: Path) -> float:
    """CPU seconds a second while a camera shows a still scene."""
    watch = watching()
    with Reader(open_source(str(video)), lambda: SETTINGS.frames_per_second) as reader:
        frame = reader.take(timeout=10)
        start, cpu = time.monotonic(), time.process_time()
        while time.monotonic() - start < STILL_SECONDS:
            if frame:
                watch.look(frame, SETTINGS)
            frame = reader.take(timeout=1)
        return (time.process_time() - cpu) / (time.monotonic() - start)


def memory_growth(guests: Path, still: Path, folder: Path) -> float:
    """Megabytes by which the process has grown since the first 500 frames; one frame in thirteen shows people."""
    watch, process = watching(), psutil.Process()
    settled = 0
    bounds = Bounds(5_000_000, 3600)
    with Spool(folder / "spool", lambda: secrets.token_bytes(32)) as spool:
        for number, frame in enumerate(itertools.islice(frames(guests, still), FRAMES_IN_MEMORY_TEST + WARM_UP)):
            if number == WARM_UP:
                settled = process.memory_info().rss
            chosen = watch.look(frame, SETTINGS).chosen
            if chosen:
                name = picture_name("store/camera", chosen.frame.captured_at, "0" * 8)
                jpeg = cut(chosen.frame, chosen.people, SETTINGS.jpeg_quality)
                spool.put(Parcel(name, jpeg, len(chosen.people)), bounds)
    return (process.memory_info().rss - settled) / 1e6


if __name__ == "__main__":
    main()
