"""Finding the faces of a picture, small ones and such as fill it, each once."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from face_api.faces.detector import FaceDetector
from face_api.faces.face import LocatedFace
from vision.boxes import Array, Box, Point, containment, hard_nms, iou
from vision.face_detector import DetectedFace
from vision.face_mesh import FaceMeshModel

MOST_FACES = 100
LEAST_SIZE = 24.0
_PRESENCE = 0.5
_SURE = 0.8
_MOST_REFITS = 2
_SAME_FACE = 0.5
_SAME_PLACE = 0.7
_SIDE, _LOWER = 0.81, 0.094
"""What the mesh wants of YuNet's box: a square of this share of its height, moved down by this share of its side."""
_BOX_TO_MESH = 1.04
_LARGE, _LARGE_FACTOR = 1440, 1.5
_SMALL = 640
"""Pixels of a picture's longer side: above these it is shrunk by 1.5 and by 2."""
_LARGEST_LOOK = (1280, 736)
MOST_PIXELS = _LARGEST_LOOK[0] * _LARGEST_LOOK[1]
"""Of the fine look: its memory is made for so many."""
_LARGEST = 400
_COARSER = 4
"""Wider faces, in pixels of the fine look, may be missed by it, and are looked for in one this many times smaller."""
_RIGHT_EYE, _LEFT_EYE = (33, 133), (362, 263)


class FaceFinder:
    """Detector and mesh together. One per thread."""

    def __init__(self, detector: FaceDetector, mesh: FaceMeshModel) -> None:
        self._detector = detector
        self._mesh = mesh

    @classmethod
    def load(cls, folder: Path) -> "FaceFinder":
        """From the folder of the weight files. Raises vision's ModelMissingError or UnusableModelError."""
        return cls(FaceDetector(folder / "face_yunet.onnx"), FaceMeshModel(folder / "face_mesh.tflite"))

    def warm_up(self) -> LocatedFace:
        """Lets the models take the memory of their largest look. Returns a face where there is none."""
        empty = Image.new("RGB", _LARGEST_LOOK)
        self._detector.detect(empty)
        middle = DetectedFace(Box(500, 200, 700, 400), (Point(560, 270), Point(640, 270)), 1.0)
        return LocatedFace(middle.box, self._mesh.fit(empty, middle).points)

    def find(self, picture: Image.Image, check: Callable[[], None]) -> list[LocatedFace]:
        """The faces of an RGB picture, largest first, at most 100, from 24 pixels on.

        `check` is called between the steps and may raise to give the work up.
        """
        located: list[LocatedFace] = []
        for face in _each_once(self._detect(picture, check)):
            check()
            if face.box.width >= LEAST_SIZE and (fitted := self._fit(picture, face)):
                located.append(fitted)
        return sorted(_apart(located), key=lambda face: -face.box.area)[:MOST_FACES]

    def _detect(self, picture: Image.Image, check: Callable[[], None]) -> list[DetectedFace]:
        """Of both looks: a fine one, and where there is room for a face too large for it, a coarse one."""
        fine = shrunk(picture)
        factor = max(picture.size) / max(fine.size)
        detected = self._detector.detect(fine)
        if min(fine.size) > _LARGEST:
            check()
            coarse = (face.scaled(_COARSER) for face in self._detector.detect(fine.reduce(_COARSER)))
            detected += [face for face in coarse if face.box.width > _LARGEST / 2]
        return [_square(face.scaled(factor)) for face in detected]

    def _fit(self, picture: Image.Image, face: DetectedFace) -> LocatedFace | None:
        """The face with its mesh, or None if there is none.

        The mesh may not take a turned face for one at first: if the detector is sure, it is fitted again from where it
        has settled, and counts as soon as it stays there.
        """
        mesh = self._mesh.fit(picture, face)
        if mesh.presence >= _PRESENCE:
            return LocatedFace(face.box.clipped(*picture.size), mesh.points)
        if face.score < _SURE:
            return None
        for _ in range(_MOST_REFITS):
            moved = _detected(mesh.points, face.score)
            mesh = self._mesh.fit(picture, moved)
            stays = _overlap(moved.box, _detected(mesh.points, face.score).box) >= _SAME_PLACE
            if mesh.presence >= _PRESENCE and stays:
                return LocatedFace(moved.box.clipped(*picture.size), mesh.points)
        return None


def shrunk(picture: Image.Image) -> Image.Image:
    """What the fine look sees: a face of 36 pixels has 18 there, or 24 where the picture is large.

    Whole factors are averaged, which takes a sixth of the time.
    """
    longest = max(picture.size)
    if longest <= _SMALL:
        return picture
    if longest <= _LARGE:
        return picture.reduce(2)
    factor = max(_LARGE_FACTOR, (picture.width * picture.height / MOST_PIXELS) ** 0.5)
    width, height = (max(1, int(length / factor)) for length in picture.size)
    return picture.resize((width, height), Image.Resampling.HAMMING)


def _each_once(faces: list[DetectedFace]) -> list[DetectedFace]:
    """The best of each group of faces that lie mostly within one another, best score first."""
    if not faces:
        return []
    boxes = np.array([face.box.array() for face in faces])
    scores = np.array([face.score for face in faces])
    return [faces[kept] for kept in hard_nms(boxes, scores, _SAME_FACE, containment)]


def _square(face: DetectedFace) -> DetectedFace:
    """What the detector says of a face as the mesh was trained to take it: a square from brow to chin."""
    right, left = face.keypoints[:2]
    across = np.array([left.x - right.x, left.y - right.y])
    down = np.array([-across[1], across[0]]) / max(float(np.hypot(*across)), 1e-9)
    side = _SIDE * face.box.height
    x, y = np.array(face.box.center) + _LOWER * side * down
    half = side / 2
    return DetectedFace(
        Box(float(x - half), float(y - half), float(x + half), float(y + half)), face.keypoints, face.score
    )


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
