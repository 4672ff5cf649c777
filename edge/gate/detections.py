"""What a person model says of one input, in one form whatever the model."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vision.boxes import Array, Box

Outputs = tuple[NDArray[Any], ...]
"""A network's outputs, in its own order."""


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """boxes: [N, 4] float, x1 y1 x2 y2 as shares of the input; scores: [N] 0…1; classes: [N] places in the labels."""

    boxes: Array
    scores: Array
    classes: NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Person:
    """Someone (or something of interest) seen in a frame: where, in pixels, and how surely, 0…1."""

    box: Box
    score: float
