"""Is a person's face there to see?"""

from pathlib import Path

import numpy as np
from PIL import Image

from edge.errors import ModelRefused
from edge.frame import Pixels
from vision.boxes import Box
from vision.errors import VisionError
from vision.face_detector import FaceDetector
from vision.face_mesh import FaceMeshModel

HEAD_SIDE = 192
"""Pixels of the square in which the detector sees a head and shoulders: half the time of its own 256, and three faces
fewer of 302 (docs/models.md)."""
LEAST_PRESENCE = 0.5
SHARPNESS_SIDE = 128


class FaceCheck:
    """Looks for a face in the upper part of a person. Not safe for two threads at once."""

    def __init__(self, models: Path) -> None:
        """models: folder with face_detector.tflite and face_mesh.tflite. Raises ModelRefused."""
        try:
            self._detector = FaceDetector(models / "face_detector.tflite", side=HEAD_SIDE)
            self._mesh = FaceMeshModel(models / "face_mesh.tflite")
        except VisionError as error:
            raise ModelRefused(str(error)) from None

    def sharpness(self, rgb: Pixels, person: Box) -> float | None:
        """How sharp the person's face is (mean squared step between neighbouring pixels); None if no face shows.

        The mesh confirms a face: the detector alone found 19 where there were none in 122 frames, with it none
        (docs/models.md).
        """
        height, width = rgb.shape[:2]
        head = head_square(person).clipped(width, height)
        if head.width < 8 or head.height < 8:
            return None
        part = Image.fromarray(rgb[int(head.y1) : int(head.y2), int(head.x1) : int(head.x2)])
        for face in self._detector.detect(part):
            if self._mesh.fit(part, face).presence >= LEAST_PRESENCE:
                box = face.box.clipped(part.width, part.height)
                return _sharpness(part.crop((int(box.x1), int(box.y1), round(box.x2), round(box.y2))))
        return None


def head_square(person: Box) -> Box:
    """A square around the head and shoulders of a person who may be seen whole or from the chest up."""
    side = max(person.width * 1.2, person.height * 0.6)
    center, top = person.center.x, person.y1 - 0.1 * side
    return Box(center - side / 2, top, center + side / 2, top + side)


def _sharpness(face: Image.Image) -> float:
    luma = np.asarray(face.convert("L").resize((SHARPNESS_SIDE, SHARPNESS_SIDE)), np.float32)
    return float(np.square(np.diff(luma, axis=0)).mean() + np.square(np.diff(luma, axis=1)).mean())
