"""What the demo says at its end, as JSON and as text."""

from dataclasses import dataclass
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from local.demo.tally import Counts, percentile

VIDEO_BITS_PER_SECOND = 1_500_000
"""What a 720p camera streams; the alternative to sending pictures."""


@dataclass(frozen=True)
class Left:
    """What a run leaves behind: all 0 when nothing was lost."""

    spooled: int
    pictures: int
    poison: int


@dataclass(frozen=True)
class Summary:
    """One run: `seconds` of footage, what was counted, the window rows, and what is left."""

    seconds: float
    counts: Counts
    windows: tuple[dict[str, Any], ...]
    left: Left

    @property
    def video_bytes(self) -> int:
        """The same footage as video."""
        return round(self.seconds * VIDEO_BITS_PER_SECOND / 8)

    @property
    def visitors(self) -> int:
        """Visitors over all windows."""
        return sum(int(row["visitors"]) for row in self.windows)

    @property
    def faults(self) -> list[str]:
        """What does not add up; empty after a good run."""
        visits = self.counts.visits
        arrivals = visits["new"] + visits["returning"]
        found = [f"{number} left in {place}" for place, number in vars(self.left).items() if number]
        if self.visitors != arrivals:
            found.append(f"windows count {self.visitors} visitors, events {arrivals}")
        if self.counts.faces != self.counts.events:
            found.append(f"{self.counts.faces} faces analyzed, {self.counts.events} events arrived")
        return found

    def as_json(self) -> dict[str, Any]:
        """The keys that the design fixes."""
        counts = self.counts
        return {
            "seconds": round(self.seconds, 1),
            "frames": counts.frames,
            "framesWithPeople": counts.frames_with_people,
            "pictures": counts.pictures,
            "pictureBytes": counts.picture_bytes,
            "videoBytes": self.video_bytes,
            "faces": counts.faces,
            "events": counts.events,
            "visits": dict(counts.visits),
            "windows": list(self.windows),
            "left": vars(self.left),
            "latencyMs": {"p50": percentile(counts.latencies_ms, 0.5), "p95": percentile(counts.latencies_ms, 0.95)},
        }

    def as_text(self) -> RenderableType:
        """For people: what happened, the windows, and whether it adds up."""
        counts = self.counts
        facts = Table.grid(padding=(0, 2))
        visits = ", ".join(f"{number} {visit}" for visit, number in counts.visits.items())
        share = counts.picture_bytes / self.video_bytes if self.video_bytes else 0.0
        facts.add_row("footage", f"{self.seconds:.0f} s, {counts.frames} frames, people in {counts.frames_with_people}")
        facts.add_row(
            "uploaded", f"{counts.pictures} pictures, {_kilobytes(counts.picture_bytes)} ({share:.1%} of video)"
        )
        facts.add_row("visit events", f"{counts.events}: {visits}")
        p50, p95 = (percentile(counts.latencies_ms, part) for part in (0.5, 0.95))
        if p50 is not None and p95 is not None:
            facts.add_row("capture to event", f"p50 {p50:.0f} ms, p95 {p95:.0f} ms")
        verdict = (
            Text("✗ " + "; ".join(self.faults), "bold red")
            if self.faults
            else Text("✓ nothing lost, nothing counted twice, no picture left in storage", "bold green")
        )
        return Group(facts, "", windows_table(self.windows), "", verdict)


def windows_table(rows: tuple[dict[str, Any], ...]) -> Table:
    """The columns of the window rows that fit a terminal of 80 columns; ends are UTC."""
    table = Table("until (UTC)", "faces", "visitors", "new", "back", "female", "male", "mood", "dwell", box=SIMPLE_HEAD)
    for column in table.columns[1:]:
        column.justify = "right"
    for row in rows:
        numbers = [row[key] for key in ("faces", "visitors", "newVisitors", "returningVisitors", "female", "male")]
        mood, dwell = f"{row['avgSentiment']:+.2f}", f"{row['avgDwellSeconds']:.1f} s"
        table.add_row(str(row["windowEnd"])[11:19], *map(str, numbers), mood, dwell)
    return table


def _kilobytes(size: int) -> str:
    return f"{size / 1000:,.0f} kB"
