"""The person gate per frame against the bare model, and whether it fires where it should."""

import itertools
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime

import av
import numpy as np
from PIL import Image
from rich.console import Console
from rich.table import Table

from edge.counting.counter import Counter
from edge.follower import Follower
from edge.frame import Frame, Pixels
from edge.gate.faces import FaceCheck
from edge.gate.people import find_people
from edge.gate.person_model import PersonModel
from edge.gate.would_take import would_take
from edge.settings import PERSON_MODEL, resolve
from models.__main__ import WEIGHTS_FOLDER
from models.build import files_of_packages
from models.store import Store, user_cache
from models.table import PHOTOGRAPHS
from tests.edge.scenes import shop, with_guest
from vision.runtime import Network

ROUNDS, FRAMES = 7, 12
OBJECTS, THRESHOLD = ("person",), 0.35
SETTINGS = resolve(
    {
        "Lines": '{"door": {"from": "0.5,0.1", "to": "0.5,0.95"}}',
        "Zones": '{"display": {"polygon": "0.1,0.5 0.9,0.5 0.9,1 0.1,1"}}',
    }
)


def main() -> None:
    """Print both tables."""
    console = Console()
    console.print(speed())
    console.print(quality())


def photographs() -> list[Pixels]:
    """The package photographs, whose people show their faces."""
    pixels = []
    for path in files_of_packages(PHOTOGRAPHS, Store(user_cache() / "objects"), say=lambda _: None):
        with Image.open(path) as image:
            pixels.append(np.asarray(image.convert("RGB")))
    return pixels


def frame_of(pixels: Pixels) -> Frame:
    """As a camera gives it: YUV 4:2:0."""
    image = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24").reformat(format="yuv420p")
    return Frame(image, datetime.now(UTC), 0.0)


def speed() -> Table:
    """CPU milliseconds a frame at 1280×720: the bare model, all that a frame costs, looks with and without people."""
    model_file = WEIGHTS_FOLDER / PERSON_MODEL
    network, model = Network(model_file), PersonModel(model_file)
    group = frame_of(with_guest(shop(), photographs()[0], left=300, height=600))
    empty = frame_of(shop())
    blank = np.zeros(network.input.shape, np.float32)
    walkers = itertools.cycle(
        [frame_of(with_guest(shop(), photographs()[0], left=8 * step, height=500)) for step in range(24)]
    )
    follower, counter, clock = Follower(), Counter(SETTINGS.lines, SETTINGS.zones, 0.05, (1280, 720)), itertools.count()

    def follow() -> None:
        frame = next(walkers)
        frame = Frame(frame.image, frame.captured_at, next(clock) / 10)
        counter.step(follower.look(frame, model, SETTINGS), frame.at)

    def run_bare() -> None:
        network.run(blank)

    # In pairs: who runs more often than the other finds more of its weights in the processor's caches.
    bare, followed = interleaved(run_bare, follow)
    bare_looked, looked = interleaved(run_bare, lambda: find_people(group, model, OBJECTS, THRESHOLD))
    bare_searched, searched = interleaved(run_bare, lambda: find_people(empty, model, OBJECTS, THRESHOLD))
    table = Table("per frame", "CPU ms", "over bare runs", title="Person gate at 1280×720")
    table.add_row("bare model run", f"{bare:.2f}", "")
    table.add_row(
        "whole look, people walking: motion, model, tracking, counting",
        f"{followed:.2f}",
        f"{followed / bare - 1:+.1%}",
    )
    table.add_row("gate, someone in view", f"{looked:.2f}", f"{looked / bare_looked - 1:+.1%}")
    table.add_row("gate, no one in view", f"{searched:.2f}", f"{searched / bare_searched - 1:+.1%}")
    return table


def interleaved(*actions: Callable[[], object]) -> list[float]:
    """CPU milliseconds a call, all threads: the median over rounds that give each action its turn, after a warm-up."""
    for action in actions:
        action()
    times: list[list[float]] = [[] for _ in actions]
    for _ in range(ROUNDS * FRAMES):
        for place, action in enumerate(actions):
            start = time.process_time()
            action()
            times[place].append((time.process_time() - start) * 1000)
    return [statistics.median(each) for each in times]


def quality() -> Table:
    """How often a picture would be taken where one should, and where not."""
    model, faces, settings = PersonModel(WEIGHTS_FOLDER / PERSON_MODEL), FaceCheck(WEIGHTS_FOLDER), resolve({})
    guests = photographs()
    whole = {
        "photographs of groups": guests,
        "a group in a shop, near (600 of 720 px)": [
            with_guest(shop(seed=n), g, 300, 600) for n, g in enumerate(guests)
        ],
        "a group in a shop, halfway (400 px)": [with_guest(shop(seed=n), g, 700, 400) for n, g in enumerate(guests)],
        "a group in a shop, far (240 px)": [with_guest(shop(seed=n), g, 80, 240) for n, g in enumerate(guests)],
    }
    empty = {
        "generated empty shops": [shop(seed=seed) for seed in range(60)],
    }
    table = Table("scene", "fired", "should have", title="Would the module take it?")
    for scenes, should in ((whole, True), (empty, False)):
        for name, pictures in scenes.items():
            fired = sum(would_take(frame_of(even(p)).image, model, faces, settings).take for p in pictures)
            table.add_row(name, f"{fired} / {len(pictures)}", f"{len(pictures) if should else 0} / {len(pictures)}")
    return table


def even(pixels: Pixels) -> Pixels:
    """Without a last odd row or column, which YUV 4:2:0 can't hold."""
    return pixels[: pixels.shape[0] // 2 * 2, : pixels.shape[1] // 2 * 2]


if __name__ == "__main__":
    main()
