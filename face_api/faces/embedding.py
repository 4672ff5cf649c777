"""HSE FaceRes (MobileNet v1, VGGFace2): a face's template and age from one run; see docs/models.md."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from face_api.faces.age import apparent_age
from face_api.faces.alignment import SIZE, Chip
from face_api.faces.template import DIMENSIONS, Vector, unit
from vision.runtime import Network

_AGES = np.arange(1, 101, dtype=np.float32)
_MEAN_BGR = np.tile(np.array([103.939, 116.779, 123.68], np.float32), (SIZE, SIZE, 1))
"""A whole picture of it: subtracting three numbers at a time takes three times as long."""


@dataclass(frozen=True, eq=False, repr=False)
class Embedding:
    """`vector`: float32 [1024] of length 1; `age`: years."""

    vector: Vector
    age: float


class EmbeddingModel:
    """One per thread. The network was trained at 224 × 224 but is nothing but convolutions and one mean over them; at
    192 × 192 it takes three quarters of the time and tells people apart as well (docs/models.md)."""

    def __init__(self, path: Path, threads: int = 1) -> None:
        """path: `face_embedding.tflite`. Raises ModelMissingError or UnusableModelError."""
        self._network = Network(path, threads)
        self._vector = self._network.output_position(1, DIMENSIONS)
        self._age = self._network.output_position(1, len(_AGES))

    def embed(self, chip: Chip) -> Embedding:
        """Of an aligned face."""
        bgr = np.frombuffer(chip.pixels.tobytes("raw", "BGR"), np.uint8).reshape(1, SIZE, SIZE, 3)
        outputs = self._network.run(bgr - _MEAN_BGR)
        return Embedding(unit(outputs[self._vector][0]), apparent_age(float(outputs[self._age][0] @ _AGES)))
