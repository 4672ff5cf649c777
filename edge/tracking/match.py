"""Which of the people found now is which of those followed: nearest first, by place, size and overlap together."""

from collections.abc import Sequence

import numpy as np

from edge.gate.detections import Person
from edge.tracking.track import Track
from vision.boxes import NO_AREA, Array

SIZE_SPREAD = 0.25
"""Standard deviation of the logarithm of a box's height from one look to the next."""
MOST_SIZE_STEP = 0.7
"""Logarithm of the largest change of height: twice as high is someone else."""
GROWN = 1.6
"""Boxes are made so much longer and higher before their overlap is taken, so that fast walkers' overlap at all."""
OVERLAP_WEIGHT = 4.0
"""What no overlap adds to the squared distance: as much as two standard deviations."""
FAR = float("inf")


def deviations(tracks: Sequence[Track], people: Sequence[Person]) -> Array:
    """[tracks, people] how far off each person is, in squared standard deviations of place, size and overlap together;
    infinite for someone of another size."""
    seen = np.array([(p.box.x1, p.box.y1, p.box.x2, p.box.y2) for p in people]).reshape(-1, 4)
    expected = np.array([(t.x, t.y, t.width, t.height, t.spread) for t in tracks]).reshape(-1, 5)
    x, y, width, height, spread = expected.T[:, :, None]
    across, down = seen[:, 2] - seen[:, 0], np.maximum(seen[:, 3] - seen[:, 1], 1)
    off_x, off_y = (seen[:, 0] + seen[:, 2]) / 2 - x, (seen[:, 1] + seen[:, 3]) / 2 - y
    size_step = np.log(height / down)
    shared = _shared(off_x, width, across) * _shared(off_y, height, down)
    whole = (width * height + across * down) * GROWN**2 - shared
    overlap = shared / np.maximum(whole, NO_AREA)
    squared: Array = (off_x**2 + off_y**2) / spread + (size_step / SIZE_SPREAD) ** 2 + OVERLAP_WEIGHT * (1 - overlap)
    squared[np.abs(size_step) > MOST_SIZE_STEP] = FAR
    return squared


def pairs(squared: Array, most_deviations: float) -> list[tuple[int, int]]:
    """Rows and columns of `deviations`, each in one pair at most, the nearest first; none farther off than that.

    A row or column that is in a pair becomes infinite in `squared`.
    """
    found = []
    while squared.size:
        row, column = divmod(int(squared.argmin()), squared.shape[1])
        if squared[row, column] >= most_deviations**2:
            break
        found.append((row, column))
        squared[row, :] = squared[:, column] = FAR
    return found


def _shared(distance: Array, of_tracks: Array, of_people: Array) -> Array:
    """[tracks, people] what two sides share once grown, from the distance of their middles and their lengths."""
    side = np.minimum(
        (of_tracks + of_people) * (GROWN / 2) - np.abs(distance), np.minimum(of_tracks, of_people) * GROWN
    )
    shared: Array = np.maximum(side, 0)
    return shared
