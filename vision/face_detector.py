"""Faces in a picture of one or a few people: MediaPipe's BlazeFace "back" (Bazarevsky et al. 2019).

The network was trained at 256×256 but is nothing but convolutions, so it takes any input of whole cells, each
32 pixels. A face must be some 11 to 220 pixels wide to it.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from vision.anchors import BLAZEFACE_BACK_STRIDES, blazeface_anchors
from vision.boxes import Array, Box, Point, weighted_nms
from vision.letterbox import letterbox
from vision.runtime import Network

SIDE = 256
OVERLAP = 0.3


@dataclass(frozen=True, slots=True)
class DetectedFace:
    """A face in pixels of the picture.

    keypoints: the person's right eye, then the left eye, then what its detector knows besides; score 0…1.
    """

    box: Box
    keypoints: tuple[Point, ...]
    score: float

    def scaled(self, factor: float) -> "DetectedFace":
        """The same face in a picture so many times as large."""
        box = Box(*(edge * factor for edge in (self.box.x1, self.box.y1, self.box.x2, self.box.y2)))
        return DetectedFace(box, tuple(Point(x * factor, y * factor) for x, y in self.keypoints), self.score)


class FaceDetector:
    """Finds faces. One per thread. Key points: eyes, nose tip, mouth centre, right ear, left ear."""

    def __init__(self, path: Path, threads: int = 1, threshold: float = 0.5, side: int = SIDE) -> None:
        """path: `face_detector.tflite`; threshold: least score, 0…1; side: pixels of the square that it looks at, a
        multiple of 32.

        Raises ModelMissingError or UnusableModelError.
        """
        self._network = Network(path, threads)
        self._boxes = self._network.output_position(896, 16)
        self._logits = self._network.output_position(896, 1)
        self._least_logit = float(np.log(threshold / (1 - threshold)))
        self._side = side
        self._centers = blazeface_anchors(side, side, BLAZEFACE_BACK_STRIDES)

    def detect(self, picture: Image.Image) -> list[DetectedFace]:
        """Faces in an RGB picture of any size, looked at with its longer side made `side` pixels; best score first."""
        canvas, place = letterbox(picture, self._side)
        outputs = self._network.run((canvas / 127.5 - 1.0)[None])
        logits = outputs[self._logits][0, :, 0]
        likely = np.flatnonzero(logits >= self._least_logit)
        rows = _decode(outputs[self._boxes][0, likely], self._centers[likely])
        merged, scores = weighted_nms(rows, 1 / (1 + np.exp(-logits[likely])), OVERLAP)
        points = place.to_picture(merged.reshape(-1, 8, 2))
        return [_face(eight, float(score)) for eight, score in zip(points, scores, strict=True)]


def _decode(offsets: Array, centers: Array) -> Array:
    """[K, 16] offsets from the anchors [K, 2] → [K, 16], all in pixels of the input: two corners, six key points."""
    pairs = offsets.reshape(-1, 8, 2)
    center, half = pairs[:, 0] + centers, pairs[:, 1] / 2
    keypoints = (pairs[:, 2:] + centers[:, None]).reshape(-1, 12)
    return np.concatenate([center - half, center + half, keypoints], axis=1)


def _face(points: Array, score: float) -> DetectedFace:
    (x1, y1), (x2, y2), *keypoints = points.tolist()
    return DetectedFace(Box(x1, y1, x2, y2), tuple(Point(x, y) for x, y in keypoints), score)
