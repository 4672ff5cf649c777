"""HSE FaceRes (MobileNet v1, VGGFace2): a face's template and age from one run; see docs/models.md."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from face_api.faces.template import DIMENSIONS, Vector, unit
from vision.runtime import Network

SIZE = 224
PADDING = 0.25
_AGES = np.arange(1, 101, dtype=np.float32)
_MEAN_BGR = np.tile(np.array([103.939, 116.779, 123.68], np.float32), (SIZE, SIZE, 1))
"""A whole picture of it: subtracting three numbers at a time takes three times as long."""


@dataclass(frozen=True, eq=False, repr=False)
class Embedding:
    """`vector`: float32 [1024] of length 1; `age` in years: the mean of the model's distribution over 1 … 100."""

    vector: Vector
    age: float


class EmbeddingModel:
    """One per thread."""

    def __init__(self, path: Path, threads: int = 1) -> None:
        """path: `face_embedding.tflite`. Raises ModelMissingError or UnusableModelError."""
        self._network = Network(path, threads)
        self._vector = self._network.output_position(1, DIMENSIONS)
        self._age = self._network.output_position(1, len(_AGES))

    def embed(self, chip: Image.Image) -> Embedding:
        """chip: 224 × 224 RGB, aligned with padding 0.25."""
        pixels = np.asarray(chip)[:, :, ::-1].astype(np.float32, order="C") - _MEAN_BGR
        outputs = self._network.run(pixels[None])
        return Embedding(unit(outputs[self._vector][0]), float(outputs[self._age][0] @ _AGES))
