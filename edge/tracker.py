"""Who is still the same person from frame to frame: a light tracker by overlap."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edge.gate.detections import Person
from vision.boxes import Box, iou

LEAST_OVERLAP = 0.2
FORGET_AFTER = 2.0


@dataclass(slots=True)
class Track:
    """A person followed through frames. Times are in seconds of the frames' steady clock."""

    number: int
    box: Box
    seen_at: float
    pictured_at: float = float("-inf")


class Tracker:
    """Matches people to tracks, best overlap first; forgets who was not seen for 2 s."""

    def __init__(self) -> None:
        self._tracks: list[Track] = []
        self._next_number = 1

    def follow(self, people: Sequence[Person], at: float) -> tuple[Track, ...]:
        """The track of each person, in the people's order, at the frame's time `at`."""
        self._tracks = [track for track in self._tracks if at - track.seen_at <= FORGET_AFTER]
        matches = self._match(people)
        found = []
        for place, person in enumerate(people):
            track = matches.get(place)
            if track is None:
                track = Track(self._next_number, person.box, at)
                self._next_number += 1
                self._tracks.append(track)
            track.box, track.seen_at = person.box, at
            found.append(track)
        return tuple(found)

    def _match(self, people: Sequence[Person]) -> dict[int, Track]:
        if not people or not self._tracks:
            return {}
        boxes = np.array([person.box.array() for person in people])
        overlaps = np.array([iou(track.box.array(), boxes) for track in self._tracks])
        matches: dict[int, Track] = {}
        while overlaps.max() >= LEAST_OVERLAP:
            row, column = np.unravel_index(overlaps.argmax(), overlaps.shape)
            matches[int(column)] = self._tracks[row]
            overlaps[row, :] = overlaps[:, column] = -1
        return matches
