"""Finding the faces of a picture, small ones too, each once."""

from collections.abc import Callable

import numpy as np
from PIL import Image

from face_api.faces.face import LocatedFace
from vision.boxes import Array, Box, Point, iou
from vision.face_detector import DetectedFace, FaceDetector
from vision.face_mesh import FaceMeshModel
from vision.tiles import each_face_once, overlapping_tiles

MOST_FACES = 100
LEAST_SIZE = 24.0
_PRESENCE = 0.5
_SURE = 0.75
_SURE_PRESENCE = 0.9
_SAME_PLACE = 0.7
_BOX_TO_MESH = 1.04
_RIGHT_EYE, _LEFT_EYE = (33, 133), (362, 263)
_TILE, _TILE_OF_LARGE, _LARGE = 900, 600, 1440
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
        located: list[LocatedFace] = []
        for face in each_face_once(detected):
            check()
            if min(face.box.width, face.box.height) >= LEAST_SIZE and (fitted := self._fit(picture, face)):
                located.append(fitted)
        return sorted(_apart(located), key=lambda face: -face.box.area)[:MOST_FACES]

    def _fit(self, picture: Image.Image, face: DetectedFace) -> LocatedFace | None:
        """The face with its mesh, or None if there is none.

        A box that the detector is not sure of often lies between two faces or beside one, and a turned face may not be
        taken for one at first. The mesh then points to where the face is: it is fitted once more from there.
        """
        mesh, sure = self._mesh.fit(picture, face), face.score >= _SURE
        if mesh.presence >= _PRESENCE and sure:
            return LocatedFace(face.box.clipped(*picture.size), mesh.points)
        if mesh.presence < _PRESENCE and not sure:
            return None
        moved = _detected(mesh.points, face.score)
        again = self._mesh.fit(picture, moved)
        stays = _overlap(moved.box, _detected(again.points, face.score).box) >= _SAME_PLACE
        if again.presence < (_PRESENCE if sure else _SURE_PRESENCE) or not stays:
            return None
        return LocatedFace(moved.box.clipped(*picture.size), again.points)


def tiles(width: int, height: int) -> list[Box]:
    """The parts to look at once more, of at most about 900 pixels a side, 600 in large pictures.

    A face of 36 pixels is then still 10 to 15 to the detector. `benchmarks.face_api_accuracy` has what that finds.
    """
    side = _TILE_OF_LARGE if max(width, height) > _LARGE else _TILE
    columns, rows = _count(width, side), _count(height, side)
    return overlapping_tiles(width, height, columns, rows, _OVERLAP) if columns * rows > 1 else []


def _count(length: int, side: int) -> int:
    return max(1, int(np.ceil((length / side - _OVERLAP) / (1 - _OVERLAP) - 0.15)))


def _detected(points: Array, score: float) -> DetectedFace:
    """What the detector would have said of the face that the mesh has settled on: a square box, and the eyes."""
    low, high = points[:, :2].min(0), points[:, :2].max(0)
    (x, y), half = (low + high) / 2, _BOX_TO_MESH * float(high[0] - low[0]) / 2
    right, left = (points[list(corners), :2].mean(0) for corners in (_RIGHT_EYE, _LEFT_EYE))
    return DetectedFace(
        Box(float(x) - half, float(y) - half, float(x) + half, float(y) + half),
        (Point(float(right[0]), float(right[1])), Point(float(left[0]), float(left[1]))),
        score,
    )


def _overlap(one: Box, other: Box) -> float:
    return float(iou(one.array(), other.array()[None])[0])


def _apart(faces: list[LocatedFace]) -> list[LocatedFace]:
    """Of meshes that have settled on one and the same face (their noses within a quarter of its width), the first."""
    kept: list[LocatedFace] = []
    for face in faces:
        nose = face.points[1, :2]
        if all(np.hypot(*(other.points[1, :2] - nose)) > max(face.box.width, other.box.width) / 4 for other in kept):
            kept.append(face)
    return kept
