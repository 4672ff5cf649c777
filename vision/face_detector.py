"""Faces in a picture: MediaPipe's BlazeFace "back" at 256×256 (Bazarevsky et al. 2019)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from vision.anchors import BLAZEFACE_BACK_STRIDES, blazeface_anchors
from vision.boxes import Array, Box, Indices, Point, weighted_nms
from vision.letterbox import letterbox
from vision.runtime import Network

SIZE = 256
OVERLAP = 0.3


@dataclass(frozen=True, slots=True)
class DetectedFace:
    """A face in pixels of the picture.

    keypoints: the person's right eye, left eye, nose tip, mouth centre, right ear, left ear; score 0…1.
    """

    box: Box
    keypoints: tuple[Point, ...]
    score: float

    def moved(self, x: float, y: float) -> "DetectedFace":
        """The same face seen from another origin: x and y are added."""
        return DetectedFace(
            self.box.moved(x, y), tuple(Point(point.x + x, point.y + y) for point in self.keypoints), self.score
        )


class FaceDetector:
    """Finds faces from about a 25th of the picture's longer side upwards. One per thread."""

    def __init__(self, path: Path, threads: int = 1, threshold: float = 0.5) -> None:
        """path: `face_detector.tflite`; threshold: least score, 0…1.

        Raises ModelMissingError or UnusableModelError.
        """
        self._network = Network(path, threads)
        self._boxes = self._network.output_position(896, 16)
        self._logits = self._network.output_position(896, 1)
        self._anchors = blazeface_anchors(SIZE, BLAZEFACE_BACK_STRIDES)
        self._least_logit = float(np.log(threshold / (1 - threshold)))

    def detect(self, picture: Image.Image) -> list[DetectedFace]:
        """Faces in an RGB picture of any size, best score first."""
        square, place = letterbox(picture, SIZE)
        outputs = self._network.run((square / 127.5 - 1.0)[None])
        logits = outputs[self._logits][0, :, 0]
        likely = np.flatnonzero(logits >= self._least_logit)
        rows = self._decode(outputs[self._boxes][0, likely], likely)
        merged, scores = weighted_nms(rows, 1 / (1 + np.exp(-logits[likely])), OVERLAP)
        points = place.to_picture(merged.reshape(-1, 8, 2))
        return [_face(eight, float(score)) for eight, score in zip(points, scores, strict=True)]

    def _decode(self, raw: Array, likely: Indices) -> Array:
        """[K, 16] offsets in pixels from the anchors → [K, 16] shares of the square: two corners, six key points."""
        pairs = raw.reshape(-1, 8, 2) / SIZE
        center = pairs[:, 0] + self._anchors[likely]
        half = pairs[:, 1] / 2
        keypoints = (pairs[:, 2:] + self._anchors[likely, None]).reshape(-1, 12)
        return np.concatenate([center - half, center + half, keypoints], axis=1)


def _face(points: Array, score: float) -> DetectedFace:
    (x1, y1), (x2, y2), *keypoints = points.tolist()
    return DetectedFace(Box(x1, y1, x2, y2), tuple(Point(x, y) for x, y in keypoints), score)
