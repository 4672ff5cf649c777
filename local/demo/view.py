"""The live view in the terminal: the way of a picture, step by step, and the windows so far."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table

from local.demo.progress import Counts
from local.demo.summary import WIDE, windows_table

LINES_EVERY_SECONDS = 10.0


class View:
    """Redraws in place on a terminal that can; elsewhere, and on a narrow one, says a line now and then."""

    def __init__(self, console: Console, title: str) -> None:
        self._console, self._title = console, title
        draws = console.is_terminal and not console.is_dumb_terminal and console.width >= WIDE
        self._live = Live(console=console, refresh_per_second=4, transient=True) if draws else None
        self._next_line = LINES_EVERY_SECONDS  # until the footage begins, a line only if that takes long

    @contextmanager
    def open(self) -> Iterator[None]:
        """Draw until the block ends."""
        if self._live is None:
            yield
            return
        with self._live:
            yield

    def say(self, line: str) -> None:
        """A line that stays."""
        self._console.print(line, highlight=False)

    def begin(self) -> None:
        """The footage begins now: what is shown next is its first second."""
        self._next_line = 0.0

    def show(self, seconds: float, counts: Counts, windows: tuple[dict[str, Any], ...]) -> None:
        """How things stand `seconds` into the footage."""
        if self._live is not None:
            self._live.update(drawn(self._title, seconds, counts, windows))
        elif seconds >= self._next_line:
            self._next_line = seconds + LINES_EVERY_SECONDS
            visits = f"{counts.tallies} tallies: {counts.visits['new']} new, {counts.visits['returning']} returning"
            lost = f"; no camera: {counts.camera_lost}" if counts.camera_lost else ""
            self.say(f"{seconds:4.0f} s  {counts.pictures} pictures, {visits}; {len(windows)} windows{lost}")


def drawn(title: str, seconds: float, counts: Counts, windows: tuple[dict[str, Any], ...]) -> Panel:
    """What a terminal shows `seconds` into the footage."""
    return Panel(Group(_steps(counts), "", windows_table(windows, WIDE)), title=f"{title} · {seconds:.0f} s")


def _steps(counts: Counts) -> Table:
    steps = Table.grid(padding=(0, 2))
    p50 = counts.latency_p50
    lost = f"; lost: {counts.camera_lost}" if counts.camera_lost else ""
    steps.add_row("camera", f"{counts.frames} frames, people in {counts.frames_with_people}{lost}")
    steps.add_row("", f"{counts.people} people, {counts.people_with_face} with a face to see")
    steps.add_row(
        "edge → storage", f"{counts.pictures} pictures, {counts.picture_bytes / 1000:,.0f} kB, {counts.spooled} spooled"
    )
    steps.add_row("Face API", f"{counts.faces} faces in {counts.analyzed} pictures")
    visits = ", ".join(f"{number} {visit}" for visit, number in counts.visits.items())
    steps.add_row(
        "Event Hubs", f"{counts.tallies} tallies: {visits}" + (f"; {p50:.0f} ms after capture" if p50 else "")
    )
    ins, outs = counts.crossings
    steps.add_row("", f"{ins} in, {outs} out, {counts.stays} stays")
    return steps
