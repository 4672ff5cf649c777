"""Follows people from frame to frame: begun by a sure look, carried on by unsure ones, kept while out of sight."""

from collections.abc import Sequence

import numpy as np

from edge.gate.detections import Person
from edge.tracking.match import FAR, deviations, pairs
from edge.tracking.track import Track
from vision.boxes import Box, iou

MOST_DEVIATIONS, MOST_DEVIATIONS_UNSURE = 3.0, 2.0
SAME_PLACE = 0.7
"""Overlap (IoU) of two boxes in one place."""
LEAST_LOOKS = 2
"""Looks after which a track is taken for a person rather than a slip of the model."""
FORGET_AFTER = 1.5
"""Seconds out of sight: a walk past a pillar or another person."""
FORGET_SLIP_AFTER = 0.5
FRAMES_TO_FORGET = 2.5
"""Frames that may pass in any case, however few come a second."""


class Tracker:
    """One camera's tracks. In memory only; they end seconds after the person is gone."""

    def __init__(self) -> None:
        self._tracks: list[Track] = []
        self._next_number = 1
        self._at: float | None = None
        self._interval = 0.0

    def follow(self, people: Sequence[Person], at: float, sure: float) -> tuple[Track, ...]:
        """The tracks of those in view at the frame's time `at`: those begun before first, then newcomers.

        people: found with at least half the score `sure`, from which on a track may begin. Of those who are less sure
        only those come back who are followed already.
        """
        self._forget(at)
        for track in self._tracks:
            track.predict(at)
        squared = deviations(self._tracks, people)
        unsure = np.array([person.score < sure for person in people], bool)
        surely = squared.copy()
        surely[:, unsure] = FAR
        by_sure = pairs(surely, MOST_DEVIATIONS)
        squared[[row for row, _ in by_sure]] = FAR
        squared[:, ~unsure] = FAR
        matched = by_sure + pairs(squared, MOST_DEVIATIONS_UNSURE)
        for row, place in matched:
            self._tracks[row].see(people[place].box, people[place].score, at)
        known = {place for _, place in matched}
        for place, person in enumerate(people):
            if person.score >= sure and place not in known:
                self._tracks.append(Track(self._next_number, person.box, person.score, at))
                self._next_number += 1
        return tuple(track for track in self._tracks if track.seen_at == at)

    def drop(self, boxes: Sequence[Box]) -> frozenset[int]:
        """Follow whoever is in these places no more; the numbers of their tracks."""
        if not boxes:
            return frozenset()
        places = np.array([box.array() for box in boxes])
        dropped = {track.number for track in self._tracks if (iou(track.box.array(), places) >= SAME_PLACE).any()}
        self._tracks = [track for track in self._tracks if track.number not in dropped]
        return frozenset(dropped)

    @property
    def alive(self) -> tuple[Track, ...]:
        """All tracks not forgotten yet, in view or not."""
        return tuple(self._tracks)

    def _forget(self, at: float) -> None:
        if self._at is not None:
            self._interval = at - self._at
        self._at = at
        frames = FRAMES_TO_FORGET * self._interval
        self._tracks = [
            track
            for track in self._tracks
            if at - track.seen_at <= max(frames, FORGET_AFTER if track.looks >= LEAST_LOOKS else FORGET_SLIP_AFTER)
        ]
