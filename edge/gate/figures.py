"""Figures that never move: posters, mannequins, still screens. A model sees people in them; this finds them out.

Someone alive changes some pixels every few seconds. Where a person was seen for minutes and no pixel has changed, it is
a figure, and left out for as long as it stays there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.frame import Frame, Pixels
from edge.gate.detections import Person
from vision.boxes import Box, iou

STILL_SECONDS, LEAST_LOOKS = 180.0, 12
"""For how long, and how many looks, nothing may have changed. Looks at a still scene are 5 s apart."""
GONE_SECONDS = 600.0
"""Out of sight, after which a figure is forgotten; someone not found out yet, after a tenth of that."""
SAME_PLACE = 0.7
"""Overlap (IoU) of the boxes."""
WIDTH, HEIGHT, COLUMNS, ROWS = 640, 360, 12, 24
ACROSS, DOWN = np.linspace(0, 1, COLUMNS + 2)[1:-1], np.linspace(0, 1, ROWS + 2)[1:-1]
COMPARE_EVERY = 0.5
"""Seconds; in between, a figure stays one."""
LEAST_STEP = 10
Cells = NDArray[np.signedinteger[Any]]
"""[24, 12] brightness over its median."""
MOST_CHANGED, MOST_HIDDEN = 0.02, 0.4
"""Share of the cells that may have changed: before it counts as a figure (noise), and once it does (passers-by)."""


@dataclass(slots=True)
class _Figure:
    """A place where a person is seen: how it looked `since`, and when it was seen last."""

    box: Box
    looks_like: Cells
    since: float
    seen_at: float
    looks: int = 1
    found_out: bool = False


class Figures:
    """What was seen where, for minutes, in one camera's pictures. In memory only."""

    def __init__(self) -> None:
        self._figures: list[_Figure] = []
        self._compared_at = float("-inf")

    @property
    def count(self) -> int:
        """Figures left out now."""
        return sum(figure.found_out for figure in self._figures)

    def left_out(self, frame: Frame, people: Sequence[Person]) -> tuple[Person, ...]:
        """Those of the people found in this frame who are figures."""
        at = frame.at
        self._figures = [
            figure
            for figure in self._figures
            if at - figure.seen_at <= (GONE_SECONDS if figure.found_out else GONE_SECONDS / 10)
        ]
        if not people:
            return ()
        if at - self._compared_at < COMPARE_EVERY:
            if not self.count:
                return ()
            return tuple(person for person in people if (known := self._at(person.box)) and known.found_out)
        self._compared_at = at
        luma = frame.luma(WIDTH, HEIGHT)
        scale = WIDTH / frame.width, HEIGHT / frame.height
        return tuple(person for person in people if self._is_figure(person.box, luma, scale, at))

    def _is_figure(self, box: Box, luma: Pixels, scale: tuple[float, float], at: float) -> bool:
        figure = self._at(box)
        if figure is None:
            self._figures.append(_Figure(box, _cells(luma, box, scale), at, at))
            return False
        cells = _cells(luma, figure.box, scale)
        changed = _changed(figure.looks_like, cells)
        figure.seen_at = at
        if figure.found_out:
            return changed <= MOST_HIDDEN
        if changed > MOST_CHANGED:
            figure.box, figure.looks_like, figure.since, figure.looks = box, _cells(luma, box, scale), at, 1
            return False
        figure.looks += 1
        figure.found_out = at - figure.since >= STILL_SECONDS and figure.looks >= LEAST_LOOKS
        return figure.found_out

    def _at(self, box: Box) -> _Figure | None:
        """Whatever was seen in this place."""
        if not self._figures:
            return None
        overlaps = iou(box.array(), np.array([figure.box.array() for figure in self._figures]))
        best = int(overlaps.argmax())
        return self._figures[best] if overlaps[best] >= SAME_PLACE else None


def _cells(luma: Pixels, box: Box, scale: tuple[float, float]) -> Cells:
    """[24, 12] brightness of cells of a box, its median taken off, so that a cloud before the sun changes nothing."""
    columns = ((box.x1 + box.width * ACROSS) * scale[0]).astype(np.intp).clip(0, WIDTH - 1)
    rows = ((box.y1 + box.height * DOWN) * scale[1]).astype(np.intp).clip(0, HEIGHT - 1)
    cells = luma[rows[:, None], columns].astype(np.int16)
    difference: Cells = cells - np.sort(cells, axis=None)[cells.size // 2]
    return difference


def _changed(before: Cells, now: Cells) -> float:
    """Share of cells that got brighter or darker."""
    return float(np.count_nonzero(np.abs(before - now) >= LEAST_STEP)) / before.size
