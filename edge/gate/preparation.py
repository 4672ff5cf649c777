"""From RGB pixels to the tensor that a model wants."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.frame import Pixels


@dataclass(frozen=True)
class Preparation:
    """How a model wants its picture: stretched to width × height, then `pixel * scale + shift`, maybe blue first."""

    width: int
    height: int
    dtype: type[np.generic]
    scale: float = 1.0
    shift: float = 0.0
    blue_first: bool = False

    def tensor(self, rgb: Pixels) -> NDArray[np.generic]:
        """[1, height, width, 3] of `dtype` from RGB pixels that already have this size."""
        pixels = rgb[None, ..., ::-1] if self.blue_first else rgb[None]
        if self.dtype is np.uint8:
            return np.ascontiguousarray(pixels)
        prepared: NDArray[np.generic] = np.multiply(pixels, self.scale, dtype=np.float32)
        if self.shift:
            np.add(prepared, self.shift, out=prepared, dtype=np.float32)
        return prepared
