"""468 points on a detected face, and whether it is a face at all: MediaPipe Face Mesh (Kartynnik et al. 2019)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from vision.boxes import Array
from vision.face_detector import DetectedFace
from vision.runtime import Network
from vision.warp import warp

SIZE = 192
MARGIN = 1.5


@dataclass(frozen=True, slots=True, eq=False)
class FaceMesh:
    """points: [468, 3] float64, x and y in pixels of the picture, z in the same unit (smaller is nearer to the camera,
    0 about at the ears); presence: how surely this is a face, 0…1 (reject below 0.5)."""

    points: Array
    presence: float


class FaceMeshModel:
    """Fits the mesh to faces that a detector found. One per thread."""

    def __init__(self, path: Path, threads: int = 1) -> None:
        """path: `face_mesh.tflite`. Raises ModelMissingError or UnusableModelError."""
        self._network = Network(path, threads)
        self._points = self._network.output_position(1404)
        self._presence = self._network.output_position(1, 1, 1)

    def fit(self, picture: Image.Image, face: DetectedFace) -> FaceMesh:
        """The mesh of one face of an RGB picture."""
        matrix = upright_square(face, SIZE)
        cut = np.asarray(warp(picture, matrix, SIZE)) * np.float32(1 / 255)
        outputs = self._network.run(cut[None])
        in_square = outputs[self._points].reshape(468, 3).astype(np.float64)
        points = np.empty((468, 3))
        points[:, :2] = in_square[:, :2] @ matrix[:, :2].T + matrix[:, 2]
        points[:, 2] = in_square[:, 2] * np.hypot(*matrix[:, 0])
        return FaceMesh(points, float(1 / (1 + np.exp(-outputs[self._presence].item()))))


def upright_square(face: DetectedFace, size: int) -> Array:
    """[2, 3] matrix from a size × size square to the picture: the face's box with a margin, turned so that the eyes
    are level."""
    right_eye, left_eye = face.keypoints[:2]
    angle = np.arctan2(left_eye.y - right_eye.y, left_eye.x - right_eye.x)
    scale = MARGIN * max(face.box.width, face.box.height) / size
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    shift = np.array(face.box.center) - turn @ [size / 2, size / 2]
    return np.column_stack([turn, shift])
