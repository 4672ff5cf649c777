"""Trying out a camera's place: what would be counted there. Nothing is kept or sent."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

from edge.camera.reader import Reader
from edge.camera.source import Source
from edge.counting.counter import Counted, Counter
from edge.errors import SourceUnusable
from edge.follower import Follower, Seen
from edge.frame import Frame, upright
from edge.gate.person_model import PersonModel
from edge.settings import Settings

Step = tuple[Frame, Seen, Counted]
"""A frame, its time in seconds from the first one, what it showed, and what it made known."""


def tried_out(source: Source, model: PersonModel, settings: Settings, stopping: threading.Event) -> Iterator[Step]:
    """Look at a source as the module would, footage as fast as it goes; the last step has the stays cut off.

    stopping: ends a camera. Raises SourceUnusable for pictures, which have nothing to do with one another.
    """
    if not source.continuous:
        raise SourceUnusable("pictures can't be counted in: give footage or a camera")
    follower, counter, size = Follower(), None, (0, 0)
    frames = _live(source, settings, stopping) if source.live else _footage(source, settings)
    last: tuple[Frame, Seen] | None = None
    for frame in frames:
        if counter is None or size != (frame.width, frame.height):
            size = frame.width, frame.height
            counter = Counter(settings.lines, settings.zones, settings.line_band, size)
        seen = follower.look(frame, model, settings)
        last = frame, seen
        yield frame, seen, counter.step(seen, frame.at)
        if stopping.is_set():
            break
    if counter and last:
        yield *last, counter.end()


def _footage(source: Source, settings: Settings) -> Iterator[Frame]:
    """FramesPerSecond of its frames, as the module takes them in real time."""
    next_due = 0.0
    for shown in source.images():
        if shown.due < next_due:
            continue
        next_due = max(next_due, shown.due - 0.1) + 1 / settings.frames_per_second
        yield Frame(upright(shown.image), datetime.now(UTC), shown.due)


def _live(source: Source, settings: Settings, stopping: threading.Event) -> Iterator[Frame]:
    started: float | None = None
    with Reader(source, lambda: settings.frames_per_second) as reader:
        while not (stopping.is_set() or reader.ended):
            if frame := reader.take(timeout=0.5):
                started = frame.at if started is None else started
                yield Frame(frame.image, frame.captured_at, frame.at - started)
    if reader.error:
        raise reader.error
