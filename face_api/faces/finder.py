"""Finding the faces of a picture, small ones too, each once."""

from collections.abc import Callable

import numpy as np
from PIL import Image

from face_api.faces.face import LocatedFace
from vision.boxes import Box
from vision.face_detector import DetectedFace, FaceDetector
from vision.face_mesh import FaceMeshModel
from vision.tiles import each_face_once, overlapping_tiles

MOST_FACES = 100
LEAST_SIZE = 24.0
_PRESENCE = 0.5
_TILE = 900
_OVERLAP = 0.2


class FaceFinder:
    """Detector, tiles and mesh together. One per thread."""

    def __init__(self, detector: FaceDetector, mesh: FaceMeshModel) -> None:
        self._detector = detector
        self._mesh = mesh

    def find(self, picture: Image.Image, check: Callable[[], None]) -> list[LocatedFace]:
        """The faces of an RGB picture, largest first, at most 100, from 24 pixels on.

        `check` is called between the steps and may raise to give the work up.
        """
        detected = self._detector.detect(picture)
        for tile in tiles(*picture.size):
            check()
            part = picture.crop((int(tile.x1), int(tile.y1), int(tile.x2), int(tile.y2)))
            detected += [face.moved(tile.x1, tile.y1) for face in self._detector.detect(part)]
        fitted: list[tuple[DetectedFace, LocatedFace]] = []
        for face in each_face_once(detected):
            check()
            box = face.box.clipped(*picture.size)
            if min(box.width, box.height) < LEAST_SIZE:
                continue
            mesh = self._mesh.fit(picture, face)
            if mesh.presence >= _PRESENCE:
                fitted.append((face, LocatedFace(box, mesh.points)))
        faces = _apart([face for _, face in fitted])
        return sorted(faces, key=lambda face: -face.box.area)[:MOST_FACES]


def tiles(width: int, height: int) -> list[Box]:
    """The parts to look at once more: at most about 900 pixels a side, where 36 pixels are still 10 to the detector."""
    columns, rows = (_count(side) for side in (width, height))
    if columns * rows == 1:
        return []
    return overlapping_tiles(width, height, columns, rows, _OVERLAP)


def _count(side: int) -> int:
    return max(1, int(np.ceil((side / _TILE - _OVERLAP) / (1 - _OVERLAP) - 0.15)))


def _apart(faces: list[LocatedFace]) -> list[LocatedFace]:
    """Of meshes that have settled on one and the same face (their noses within a quarter of its width), the first."""
    kept: list[LocatedFace] = []
    for face in faces:
        nose = face.points[1, :2]
        if all(np.hypot(*(other.points[1, :2] - nose)) > max(face.box.width, other.box.width) / 4 for other in kept):
            kept.append(face)
    return kept
