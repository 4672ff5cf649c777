"""When to take a picture, and of which moment. Pure: frames come in, time comes with them."""

from collections.abc import Sequence
from dataclasses import dataclass

from edge.frame import Frame
from edge.gate.detections import Person
from edge.tracking.track import Track

WINDOW = 0.2
"""Seconds of frames to choose the sharpest from. More would wait longer, or send an older moment: either way the
picture's way to the event, counted from its capture, gets longer by as much."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A moment worth a picture: the frame, everyone in it, and the tracks it would serve.

    sharpness: of the faces, summed; higher is better.
    """

    frame: Frame
    people: tuple[Person, ...]
    serves: tuple[Track, ...]
    sharpness: float


class PicturePolicy:
    """One picture a person every so many seconds; of a newcomer at once, but for the window."""

    def __init__(self) -> None:
        self._best: Candidate | None = None
        self._decide_at = float("inf")

    def due(self, tracks: Sequence[Track], at: float, seconds_between: float) -> tuple[Track, ...]:
        """Those whose picture is due within the window."""
        return tuple(track for track in tracks if at >= track.pictured_at + seconds_between - WINDOW)

    def companions(self, tracks: Sequence[Track], at: float, seconds_between: float) -> tuple[Track, ...]:
        """Those half-way to their next picture, who come along in someone else's.

        So companions fall into step, where each would have a picture of their own with everyone else in it again.
        """
        due = {track.number for track in self.due(tracks, at, seconds_between)}
        half_way = (track for track in tracks if at >= track.pictured_at + seconds_between / 2)
        return tuple(track for track in half_way if track.number not in due)

    def offer(self, candidate: Candidate) -> None:
        """A moment that serves at least one due track. The first one starts the window."""
        if self._best is None:
            self._decide_at = candidate.frame.at + WINDOW
        if self._best is None or _better(candidate, self._best):
            self._best = candidate

    @property
    def decide_at(self) -> float:
        """When `decide` will have something; infinite if nothing was offered."""
        return self._decide_at

    def decide(self, at: float) -> Candidate | None:
        """The best moment, once the window is over: it counts as pictured for everyone it serves."""
        if self._best is None or at < self._decide_at:
            return None
        chosen, self._best, self._decide_at = self._best, None, float("inf")
        for track in chosen.serves:
            track.pictured_at = chosen.frame.at
        return chosen


def _better(one: Candidate, other: Candidate) -> bool:
    """More of those due first, then the sharper."""
    return (len(one.serves), one.sharpness) > (len(other.serves), other.sharpness)
