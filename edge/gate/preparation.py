"""From a frame to the tensor that a model wants."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.frame import Channels, Pixels

PerChannel = tuple[float, float, float]
ROWS_AT_ONCE = 16
"""So few that they stay in a core's own cache from step to step: two thirds of the time of a whole input at once."""


@dataclass(frozen=True)
class Preparation:
    """How a model wants its picture: of width × height, in this order of channels, `pixel * scale + shift`.

    scale, shift: for each channel in its order. keeps_aspect: a picture of another shape is not stretched but lies at
    the top left, the rest being black.
    """

    width: int
    height: int
    dtype: type[np.generic]
    scale: PerChannel = (1.0, 1.0, 1.0)
    shift: PerChannel = (0.0, 0.0, 0.0)
    channels: Channels = "rgb24"
    keeps_aspect: bool = False

    def write(self, pixels: Pixels, into: NDArray[Any]) -> None:
        """Put pixels that already have this size and order `into` an array [1, height, width, 3] of `dtype`."""
        if self.dtype is np.uint8:
            into[0] = pixels
            return
        # In place and a step at a time: numpy takes twice as long where it has to change types while it multiplies.
        written, given = into.reshape(-1), pixels.reshape(-1)
        at_once = ROWS_AT_ONCE * self.width * 3
        for start in range(0, written.size, at_once):
            rows = written[start : start + at_once]
            rows[...] = given[start : start + at_once]
            rows *= self._scales[: rows.size]
            if any(self.shift):
                rows += self._shifts[: rows.size]

    # For all values of the rows: numpy is several times slower along an axis of three.
    @cached_property
    def _scales(self) -> NDArray[Any]:
        return np.tile(np.array(self.scale, np.float32), ROWS_AT_ONCE * self.width)

    @cached_property
    def _shifts(self) -> NDArray[Any]:
        return np.tile(np.array(self.shift, np.float32), ROWS_AT_ONCE * self.width)
