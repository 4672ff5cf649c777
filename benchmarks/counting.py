"""Who crosses a line: what the module counts beside what published trackers count on the same detections."""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.counting_clips import Clip, clips, drawn_stays
from edge.camera.choose import open_source
from edge.counting.counter import Counter
from edge.follower import UNSURE, Seen
from edge.frame import Frame
from edge.gate.detections import Person
from edge.gate.people import find_people
from edge.gate.person_model import PersonModel
from edge.settings import PERSON_MODEL, Settings, resolve
from edge.tracking.tracker import Tracker
from models.__main__ import WEIGHTS_FOLDER
from models.store import user_cache
from vision.boxes import Box

RATES = (10, 5)
WITHIN = 1.5
"""Seconds between a crossing counted and the one labelled."""
PEERS = ("trackers==2.6.1", "supervision==0.31.2")
PEER_SCRIPT = Path(__file__).with_name("counting_peer.py")
SURE = 0.35
Told = list[tuple[str, float]]
Look = tuple[float, tuple[Person, ...]]
"""A frame's time and the people found in it."""


@dataclass
class Score:
    """Over some clips: crossings matched, counted, and labelled."""

    matched: int = 0
    counted: int = 0
    labelled: int = 0

    def add(self, counted: Told, labelled: Sequence[tuple[str, float]]) -> None:
        """One clip's."""
        self.matched += matches(counted, labelled)
        self.counted += len(counted)
        self.labelled += len(labelled)

    @property
    def f1(self) -> float:
        """Of crossings matched."""
        return 2 * self.matched / max(1, self.counted + self.labelled)

    def __str__(self) -> str:
        """F1, and the total counted beside the true one."""
        return f"{self.f1:.3f} ({self.counted} of {self.labelled})"


def main() -> None:
    """Print what was counted, clip by clip, and the sums."""
    console = Console()
    model = PersonModel(WEIGHTS_FOLDER / PERSON_MODEL)
    peer = peer_environment()
    looked = [(clip, *looks(clip, model)) for clip in clips()]
    for rate in RATES:
        console.print(report([(clip, size, every(frames, rate)) for clip, size, frames in looked], rate, peer))
    console.print(speed())


def looks(clip: Clip, model: PersonModel) -> tuple[tuple[int, int], list[Look]]:
    """The picture's size, and what our model finds in ten frames of each second."""
    size, found, next_due = (1, 1), [], 0.0
    for shown in open_source(str(clip.file)).images():
        if shown.due < next_due:
            continue
        next_due = max(next_due, shown.due - 0.1) + 1 / RATES[0]
        frame = Frame(shown.image, datetime.now(UTC), shown.due)
        size = frame.width, frame.height
        found.append((shown.due, find_people(frame, model, ["person"], SURE * UNSURE)))
    return size, found


def every(frames: list[Look], rate: float) -> list[Look]:
    """So many of them a second."""
    chosen, next_due = [], 0.0
    for at, people in frames:
        if at >= next_due - 0.01:
            next_due = max(next_due, at - 0.1) + 1 / rate
            chosen.append((at, people))
    return chosen


def report(looked: list[tuple[Clip, tuple[int, int], list[Look]]], rate: int, peer: Path) -> Table:
    """F1 and totals at so many frames a second; each peer with the best of its settings, over all clips."""
    names = [clip.name for clip, _, _ in looked]
    table = Table("", *names, "all", title=f"Crossings at {rate} frames/s: F1 (counted of true)")
    total = Score()
    cells, stayed = [], []
    theirs: dict[str, list[Score]] = {}
    for place, (clip, size, frames) in enumerate(looked):
        settings = resolve({"Lines": json.dumps(clip.lines), "Zones": json.dumps(clip.zones)})
        crossed, stays = ours(frames, settings, size)
        score = Score()
        for each in (score, total):
            each.add(crossed, clip.crossings)
        cells.append(str(score))
        stayed.append(stays_of(clip, stays))
        for name, told in peers_of(frames, settings, size, rate, peer).items():
            scores = theirs.setdefault(name, [Score() for _ in (*looked, None)])
            for each in (scores[place], scores[-1]):
                each.add(told, clip.crossings)
    table.add_row("this module", *cells, str(total))
    for tracker in sorted({name.split(",")[0] for name in theirs}):
        best = max((name for name in theirs if name.startswith(tracker)), key=lambda name: theirs[name][-1].f1)
        table.add_row(f"{best} + supervision", *map(str, theirs[best]))
    table.add_row("stays", *stayed, "")
    return table


def ours(frames: list[Look], settings: Settings, size: tuple[int, int]) -> tuple[Told, list[float]]:
    """Crossings, and lengths of stays."""
    tracker, counter = Tracker(), Counter(settings.lines, settings.zones, settings.line_band, size)
    known = []
    for at, people in frames:
        tracks = tracker.follow(people, at, SURE)
        known.append(counter.step(Seen(tracks, tracker.alive, frozenset(), True, at), at))
    known.append(counter.end())
    crossed = [(crossing.way, crossing.at) for each in known for crossing in each.crossings]
    return list(crossed), [stay.seconds for each in known for stay in each.stays]


def stays_of(clip: Clip, stays: list[float]) -> str:
    """How many of how many, and the largest error where lengths are known."""
    if not clip.zones:
        return ""
    if not clip.stays:
        return f"{len(stays)} of {drawn_stays()}"
    off = max((abs(a - b) for a, b in zip(stays, clip.stays, strict=False)), default=0.0)
    return f"{len(stays)} of {len(clip.stays)}, ±{off:.1f} s"


def matches(counted: Told, labelled: Sequence[tuple[str, float]]) -> int:
    """Crossings counted the right way within 1.5 s of one labelled, each used once."""
    left, found = list(counted), 0
    for way, at in sorted(labelled, key=lambda told: told[1]):
        near = [told for told in left if told[0] == way and abs(told[1] - at) <= WITHIN]
        if near:
            left.remove(min(near, key=lambda told: abs(told[1] - at)))
            found += 1
    return found


def peers_of(
    looked: list[Look], settings: Settings, size: tuple[int, int], rate: float, python: Path
) -> dict[str, Told]:
    """What each peer counts, with each of its settings."""
    frames = [{"at": at, "boxes": [[*p.box.array().tolist(), p.score] for p in people]} for at, people in looked]
    (line,) = settings.lines
    ends = [[point.x * size[0], point.y * size[1]] for point in (line.start, line.end)]
    asked = json.dumps({"frames": frames, "line": ends, "rate": rate})
    done = subprocess.run([python, PEER_SCRIPT], input=asked, capture_output=True, text=True, check=False, timeout=600)
    if done.returncode:
        raise SystemExit(f"the peers failed: {done.stderr.strip().splitlines()[-1]}")
    told: dict[str, list[list[Any]]] = json.loads(done.stdout.splitlines()[-1])
    return {name: [(way, at) for way, at in crossed] for name, crossed in told.items()}


def speed() -> Table:
    """CPU milliseconds a frame of tracking ten people who walk."""
    tracker, frames = Tracker(), 1000
    walks = [
        [Person(Box(90 * n + step % 60, 200, 90 * n + step % 60 + 60, 400), 0.9) for n in range(10)]
        for step in range(frames)
    ]
    start = time.process_time()
    for step, people in enumerate(walks):
        tracker.follow(people, step / 10, 0.35)
    spent = (time.process_time() - start) / frames * 1000
    table = Table("tracking, ten people", "CPU ms a frame", title="Tracker")
    table.add_row("this module", f"{spent:.2f}")
    return table


def peer_environment() -> Path:
    """The Python of an environment with the peers, made when first asked for in the user's cache."""
    folder = user_cache() / "peers" / "counting"
    python = folder / "bin" / "python"
    if not (folder / "done").exists():
        commands: list[list[str | Path]] = [
            [sys.executable, "-m", "venv", folder],
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PEERS],
        ]
        for command in commands:
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
            if done.returncode:
                raise SystemExit(f"can't set up the peers: {done.stderr.strip().splitlines()[-1]}")
        (folder / "done").touch()
    return python


if __name__ == "__main__":
    main()
