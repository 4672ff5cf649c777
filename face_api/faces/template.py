"""A face template: the unit vector by which a face is known again."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DIMENSIONS = 1024
VERSION = "HSE FaceRes, int8, 192 pixels"
"""What makes templates. Those of another version can't be compared with these: change it with whatever changes them
more than a change of the picture does."""

Vector = NDArray[np.float32]


@dataclass(frozen=True, eq=False, repr=False)
class Template:
    """A face as the embedding model sees it.

    `vector`: float32, shape (1024,), length 1. `quality`: 0 … 1; 0 means that the face must not be
    remembered. It has no repr: a template is never written anywhere but to the store.
    """

    vector: Vector
    quality: float

    def to_bytes(self) -> bytes:
        """The vector as 2,048 bytes of float16: half the space, an error under 0.001 in any distance."""
        return self.vector.astype(np.float16).tobytes()

    @classmethod
    def from_bytes(cls, stored: bytes, quality: float) -> "Template":
        """The opposite of `to_bytes`."""
        return cls(unit(np.frombuffer(stored, np.float16).astype(np.float32)), quality)


NOBODY = Template(np.zeros(DIMENSIONS, np.float32), 0.0)
"""Stands for a face of which nothing may be kept: like nobody's, and never remembered."""


def unit(vector: Vector) -> Vector:
    """The vector at length 1."""
    return (vector / max(float(np.linalg.norm(vector)), 1e-12)).astype(np.float32)


def distance(one: Vector, other: Vector) -> float:
    """The Euclidean distance of two unit vectors, 0 … 2."""
    return float(np.sqrt(max(0.0, 2.0 - 2.0 * float(one @ other))))
