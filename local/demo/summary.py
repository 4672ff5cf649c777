"""What the demo says at its end, as JSON and as text."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from local.demo.progress import Counts

VIDEO_BITS_PER_SECOND = 1_500_000
"""What a 720p camera streams; the alternative to sending pictures."""

WIDE = 70
"""Columns that the table of the windows needs."""


@dataclass(frozen=True)
class Left:
    """What a run leaves behind: all 0 when nothing was lost."""

    spooled: int
    pictures: int
    poison: int


@dataclass(frozen=True)
class Summary:
    """One run: `seconds` of footage, what was counted, the rows, what is left; `pooled`: some wait for company."""

    seconds: float
    counts: Counts
    windows: tuple[dict[str, Any], ...]
    traffic: tuple[dict[str, Any], ...]
    left: Left
    pooled: bool

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
        counts = self.counts
        arrivals = counts.visits["new"] + counts.visits["returning"]
        found = [f"{number} left in {place}" for place, number in vars(self.left).items() if number]
        if not counts.frames:
            why = counts.camera_lost or "is its address right, and does it answer?"
            found.insert(0, f"the camera showed no frame: {why}")
        elif counts.camera_lost:
            found.insert(0, f"the camera was lost and did not come back: {counts.camera_lost}")
        if self.visitors != counts.visitors:
            found.append(f"windows count {self.visitors} visitors, tallies {counts.visitors}")
        if counts.acknowledged > counts.messages:
            found.append(f"{counts.acknowledged} messages acknowledged, {counts.messages} arrived")
        if not self.pooled and counts.visitors != arrivals:
            found.append(f"tallies count {counts.visitors} visitors, the visitor memory {arrivals}")
        if not self.pooled and counts.faces != counts.tallied_faces:
            found.append(f"{counts.faces} faces analyzed, {counts.tallied_faces} in tallies")
        return found

    @property
    def notes(self) -> list[str]:
        """What adds up and is yet worth a word."""
        counts = self.counts
        if counts.frames and not counts.frames_with_people:
            return ["nobody was in view"]
        if counts.frames_with_people and not counts.faces:
            return [
                f"people in {counts.frames_with_people} frames, but no face to see: nobody is counted as a visitor; "
                "see docs/camera-placement.md"
            ]
        return []

    def as_json(self) -> dict[str, Any]:
        """The keys that the design fixes."""
        counts = self.counts
        return {
            "seconds": round(self.seconds, 1),
            "frames": counts.frames,
            "framesWithPeople": counts.frames_with_people,
            "people": {"seen": counts.people, "withFace": counts.people_with_face},
            "pictures": counts.pictures,
            "pictureBytes": counts.picture_bytes,
            "videoBytes": self.video_bytes,
            "faces": counts.faces,
            "tallies": counts.tallies,
            "visits": dict(counts.visits),
            "crossings": {"in": counts.crossings[0], "out": counts.crossings[1]},
            "stays": counts.stays,
            "windows": list(self.windows),
            "traffic": list(self.traffic),
            "left": vars(self.left),
            "latencyMs": {"p50": counts.latency_p50, "p95": counts.latency_p95},
        }

    def as_text(self, width: int = 80) -> RenderableType:
        """For people: what happened, the windows, and whether it adds up; width: columns of the terminal."""
        counts = self.counts
        facts = Table.grid(padding=(0, 2))
        share = counts.picture_bytes / self.video_bytes if self.video_bytes else 0.0
        facts.add_row("footage", f"{self.seconds:.0f} s, {counts.frames} frames, people in {counts.frames_with_people}")
        ins, outs = counts.crossings
        facts.add_row("people seen", f"{counts.people}, of whom {counts.people_with_face} showed a face")
        facts.add_row("counted", f"{ins} in, {outs} out, {counts.stays} stays")
        facts.add_row(
            "uploaded",
            f"{counts.pictures} pictures, {_kilobytes(counts.picture_bytes)} ({share:.1%} of what video would be)",
        )
        facts.add_row("faces", f"{counts.faces} in them: {visits_told(counts.visits)}")
        facts.add_row("tallies", f"{counts.tallies}, with {counts.visitors} visitors")
        if counts.latency_p50 is not None and counts.latency_p95 is not None:
            facts.add_row("capture to tally", f"p50 {counts.latency_p50:.0f} ms, p95 {counts.latency_p95:.0f} ms")
        verdict = (
            Text("✗ " + "; ".join(self.faults), "bold red")
            if self.faults
            else Text("✓ nothing lost, nothing counted twice, no picture left in storage", "bold green")
        )
        notes = [Text(f"! {note}", "bold yellow") for note in self.notes]
        return Group(facts, "", windows_table(self.windows, width), "", *notes, verdict)


def visits_told(visits: Mapping[str, int]) -> str:
    """What the visitor memory said of each face, in words; most of someone's faces are of one visit."""
    told = (
        f"{visits['new']} new visitors, {visits['returning']} returning, {visits['present']} of the same visits again"
    )
    return told + (f", {visits['unknown']} too small or turned to say" if visits["unknown"] else "")


def windows_table(rows: tuple[dict[str, Any], ...], width: int) -> RenderableType:
    """The columns of the window rows that fit a terminal of 80 columns, on a narrower one a line each; ends are UTC."""
    if width < WIDE:
        lines = (
            f"{str(row['windowEnd'])[11:19]} {row['faces']} faces, {row['visitors']} visitors "
            f"({row['newVisitors']} new)"
            for row in rows
        )
        return Text("\n".join(lines))
    table = Table("until (UTC)", "faces", "visitors", "new", "back", "female", "male", "mood", box=SIMPLE_HEAD)
    for column in table.columns[1:]:
        column.justify = "right"
    for row in rows:
        numbers = [row[key] for key in ("faces", "visitors", "newVisitors", "returningVisitors", "female", "male")]
        mood = "" if row["avgSentiment"] is None else f"{row['avgSentiment']:+.2f}"
        table.add_row(str(row["windowEnd"])[11:19], *map(str, numbers), mood)
    return table


def _kilobytes(size: int) -> str:
    return f"{size / 1000:,.0f} kB"
