"""Emotion from a 112 × 112 chip: the face-api.js expression net. Weak; see docs/models.md."""

from pathlib import Path

import numpy as np
from PIL import Image

from face_api.faces.face import Emotions
from vision.runtime import Network

SIZE = 112


class EmotionModel:
    """One per thread."""

    def __init__(self, path: Path, threads: int = 1) -> None:
        """path: `face_emotion.tflite`. Raises ModelMissingError or UnusableModelError."""
        self._network = Network(path, threads)
        self._shares = self._network.output_position(1, 7)

    def emotions(self, face: Image.Image) -> Emotions:
        """face: an aligned chip of 112 × 112, RGB, with the chip's own padding of 0.25."""
        shares = self._network.run(np.asarray(face, np.float32)[None])[self._shares][0]
        neutral, happy, sad, angry, fearful, disgusted, surprised = (float(share) for share in shares / shares.sum())
        return Emotions(
            anger=angry,
            disgust=disgusted,
            fear=fearful,
            happiness=happy,
            neutral=neutral,
            sadness=sad,
            surprise=surprised,
        )
