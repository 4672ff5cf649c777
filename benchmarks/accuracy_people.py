"""Does the gate see people where there are some, and no one where there is none?

Photographs and sample footage are there for everyone. Where FOOTFALL_CLIPS names a folder with labelled clips (frame
numbers and "person…", "empty" or "arm only" in its labels.json), these count too.
"""

import json
import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.accuracy_labels import FACES, WEIGHTS, photographs
from edge.frame import Frame
from edge.gate.people import find_people
from edge.gate.person_model import PersonModel
from local.footage.sample import sample_footage
from local.footage.story import STORY, WALK, WALKS, pose, step

THRESHOLD = 0.35


def main() -> None:
    """Print the share of frames that fire."""
    model = PersonModel(WEIGHTS / "person_detector.tflite")
    table = Table(title=f"Frames in which the gate sees a person (score ≥ {THRESHOLD})")
    for column in ("pictures", "frames", "fired", "of people, counted"):
        table.add_column(column, justify="left" if column == "pictures" else "right")
    _photographs(table, model)
    for name, frames in _footage().items():
        _row(table, name, frames, model)
    folder = os.environ.get("FOOTFALL_CLIPS")
    for name, frames in _clips(Path(folder)).items() if folder else ():
        _row(table, name, frames, model)
    console = Console()
    console.print(table)
    if not folder:
        console.print("No labelled clips: set FOOTFALL_CLIPS to a folder of them to count those too.")


def _photographs(table: Table, model: PersonModel) -> None:
    frames = [
        Frame(av.VideoFrame.from_ndarray(np.asarray(picture), format="rgb24"), datetime.now(UTC), 0.0)
        for picture in photographs()
    ]
    seen = [len(find_people(frame, model, ["person"], THRESHOLD)) for frame in frames]
    shown = [sum(face.photograph == number for face in FACES) for number in range(1, len(frames) + 1)]
    counted = sum(min(pair) for pair in zip(seen, shown, strict=True))
    table.add_row("photographs, groups", *_shares(frames, model), f"{counted}/{sum(shown)}")


def _row(table: Table, name: str, frames: Iterable[Frame], model: PersonModel) -> None:
    table.add_row(name, *_shares(list(frames), model), "")


def _shares(frames: list[Frame], model: PersonModel) -> tuple[str, str]:
    fired = sum(bool(find_people(frame, model, ["person"], THRESHOLD)) for frame in frames)
    return str(len(frames)), f"{fired}/{len(frames)}"


def _footage() -> dict[str, list[Frame]]:
    kinds: dict[str, list[Frame]] = {"sample footage, visitor standing": [], "sample footage, shop empty": []}
    for number, image in _decoded(sample_footage(), every=10):
        second = number / 10
        if any(visit.enters + WALK < second < visit.leaves - WALK for visit in STORY):
            kinds["sample footage, visitor standing"].append(_frame(image, second))
        elif not any(pose(visit, second) for visit in STORY) and not any(step(walk, second) for walk in WALKS):
            kinds["sample footage, shop empty"].append(_frame(image, second))
    return kinds


def _clips(folder: Path) -> dict[str, list[Frame]]:
    """Frames of labelled clips by what they show."""
    kinds: dict[str, list[Frame]] = {}
    for clip, labels in json.loads((folder / "labels.json").read_text("utf-8")).items():
        file = next(folder.glob(f"{clip}.*"))
        for number, image in _decoded(file, every=1):
            if str(number) in labels:
                kinds.setdefault(f"{clip}: {labels[str(number)]}", []).append(_frame(image, number / 10))
    return kinds


def _decoded(file: Path, every: int) -> Iterator[tuple[int, av.VideoFrame]]:
    with av.open(str(file)) as container:
        for number, image in enumerate(container.decode(video=0)):
            if number % every == 0:
                yield number, image


def _frame(image: av.VideoFrame, second: float) -> Frame:
    return Frame(image, datetime.now(UTC), second)


if __name__ == "__main__":
    main()
