"""The live view in the terminal: the way of a picture, step by step, and the windows so far."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table

from local.demo.summary import windows_table
from local.demo.tally import Counts, percentile

LINES_EVERY_SECONDS = 10


class View:
    """Redraws in place on a terminal; elsewhere says a line now and then."""

    def __init__(self, console: Console, title: str) -> None:
        self._console, self._title = console, title
        self._live = Live(console=console, refresh_per_second=4, transient=True) if console.is_terminal else None
        self._next_line = 0.0

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

    def show(self, seconds: float, counts: Counts, windows: tuple[dict[str, Any], ...]) -> None:
        """How things stand `seconds` into the footage."""
        if self._live is not None:
            self._live.update(
                Panel(Group(_steps(counts), "", windows_table(windows)), title=f"{self._title} · {seconds:.0f} s")
            )
        elif seconds >= self._next_line:
            self._next_line = seconds + LINES_EVERY_SECONDS
            visits = f"{counts.events} events: {counts.visits['new']} new, {counts.visits['returning']} returning"
            self.say(f"{seconds:4.0f} s  {counts.pictures} pictures, {visits}; {len(windows)} windows")


def _steps(counts: Counts) -> Table:
    steps = Table.grid(padding=(0, 2))
    p50 = percentile(counts.latencies_ms[-50:], 0.5)
    steps.add_row("camera", f"{counts.frames} frames, people in {counts.frames_with_people}")
    steps.add_row(
        "edge → storage", f"{counts.pictures} pictures, {counts.picture_bytes / 1000:,.0f} kB, {counts.spooled} spooled"
    )
    steps.add_row("Face API", f"{counts.faces} faces in {counts.analyzed} pictures")
    visits = ", ".join(f"{number} {visit}" for visit, number in counts.visits.items())
    steps.add_row("Event Hubs", f"{counts.events} events: {visits}" + (f"; {p50:.0f} ms after capture" if p50 else ""))
    return steps
