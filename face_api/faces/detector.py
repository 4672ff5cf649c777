"""Faces in a picture: YuNet (Wu et al. 2023, "YuNet: a tiny millisecond-level face detector"), at any size."""

from pathlib import Path

import numpy as np
from PIL import Image

from face_api.faces.onnx_network import OnnxNetwork
from vision.boxes import Array, Box, Point, hard_nms
from vision.errors import UnusableModelError
from vision.face_detector import DetectedFace

THRESHOLD = 0.6
_STRIDES = (8, 16, 32)
_OVERLAP = 0.3
_KINDS = {"cls": 1, "obj": 1, "bbox": 4, "kps": 10}


class FaceDetector:
    """Finds faces of some 10 pixels and more in what it is given. One per thread."""

    def __init__(self, path: Path, threads: int = 1) -> None:
        """path: `face_yunet.onnx`. Raises ModelMissingError or UnusableModelError."""
        self._network = OnnxNetwork(path, threads)
        names = [f"{kind}_{stride}" for kind in _KINDS for stride in _STRIDES]
        if missing := set(names) - set(self._network.outputs):
            raise UnusableModelError(f"{path} is not YuNet: it has no output {min(missing)}")

    def detect(self, picture: Image.Image) -> list[DetectedFace]:
        """Faces in an RGB picture of any size, best score first, in its pixels.

        Keypoints: the person's right eye, left eye, nose tip, right and left corner of the mouth.
        """
        batch = planes(picture)
        outputs = dict(zip(self._network.outputs, self._network.run(batch), strict=True))
        found = [_decoded(outputs, stride, batch.shape[3] // stride) for stride in _STRIDES]
        rows, scores = (np.concatenate(parts) for parts in zip(*found, strict=True))
        kept = hard_nms(rows[:, :4], scores, _OVERLAP)
        return [_face(rows[place], float(scores[place])) for place in kept]


def planes(picture: Image.Image) -> Array:
    """[1, 3, H, W] float32, BGR 0…255, black to the right and below up to the next multiple of 32."""
    width, height = picture.size
    batch = np.zeros((1, 3, -(-height // 32) * 32, -(-width // 32) * 32), np.float32)
    for plane, channel in zip(batch[0], "BGR", strict=True):
        plane[:height, :width] = np.frombuffer(picture.tobytes("raw", channel), np.uint8).reshape(height, width)
    return batch


def _decoded(outputs: dict[str, Array], stride: int, columns: int) -> tuple[Array, Array]:
    """Of one stride: rows [K, 14] (box, five points) in pixels of what was looked at, and their scores [K]."""
    scores = np.sqrt(outputs[f"cls_{stride}"][0, :, 0] * outputs[f"obj_{stride}"][0, :, 0])
    likely = np.flatnonzero(scores >= THRESHOLD)
    cell = np.stack([likely % columns, likely // columns], axis=1).astype(np.float64)
    offsets = outputs[f"bbox_{stride}"][0, likely].astype(np.float64)
    center, half = (cell + offsets[:, :2]) * stride, np.exp(offsets[:, 2:]) * stride / 2
    points = (outputs[f"kps_{stride}"][0, likely].reshape(-1, 5, 2) + cell[:, None]) * stride
    return np.concatenate([center - half, center + half, points.reshape(-1, 10)], axis=1), scores[likely]


def _face(row: Array, score: float) -> DetectedFace:
    x1, y1, x2, y2, *points = row.tolist()
    return DetectedFace(
        Box(x1, y1, x2, y2), tuple(Point(x, y) for x, y in zip(points[::2], points[1::2], strict=True)), score
    )
