"""Emotion from a 112 × 112 chip: the face-api.js expression net. Weak; see docs/models.md."""

from pathlib import Path

import numpy as np
from PIL import Image

from face_api.faces.face import Emotions
from vision.runtime import Network

SIZE = 112
PADDING = 0.2


class EmotionModel:
    """One per thread."""

    def __init__(self, path: Path, threads: int = 1) -> None:
        """path: `face_emotion.tflite`. Raises ModelMissingError or UnusableModelError."""
        self._network = Network(path, threads)
        self._shares = self._network.output_position(1, 7)

    def emotions(self, chip: Image.Image) -> Emotions:
        """chip: RGB, aligned with padding 0.2; the answer is the mean over it and its mirror image."""
        face = np.asarray(chip, np.float32)
        shares = np.mean([self._network.run(view[None])[self._shares][0] for view in (face, face[:, ::-1])], axis=0)
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
