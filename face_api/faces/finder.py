"""Finding the faces of a picture, small ones too, each once."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from face_api.faces.face import LocatedFace
from vision.boxes import Array, Box, Point, containment, hard_nms, iou
from vision.face_detector import DetectedFace, FaceDetector
from vision.face_mesh import FaceMeshModel
from vision.letterbox import resized

MOST_FACES = 100
LEAST_SIZE = 24.0
_PRESENCE = 0.5
_SURE = 0.75
_SURE_PRESENCE = 0.9
_SAME_FACE = 0.5
_SAME_PLACE = 0.7
_BOX_TO_MESH = 1.04
_RIGHT_EYE, _LEFT_EYE = (33, 133), (362, 263)
_SIDES = ((1440, 832, 256), (640, 416, 128), (0, 256, None))
"""For pictures whose longer side is above so many pixels: the sides of the fine and of the coarse look."""
_MOST_PIXELS = 832 * 480
"""Of the fine look at a picture that is less oblong than 1,920 × 1,080, as a pixel takes some 250 bytes."""
_LARGEST = 224
"""Pixels of the detector's input: wider faces may be missed (it was trained at 256)."""


@dataclass(frozen=True, slots=True)
class Look:
    """How to look at a picture. side: pixels that its longer side is given; least: width of the smallest face that
    counts, in pixels of the picture."""

    side: int
    least: float


class FaceFinder:
    """Detectors and mesh together. One per thread."""

    def __init__(self, fine: FaceDetector, coarse: FaceDetector, mesh: FaceMeshModel) -> None:
        """fine, coarse: the same detector twice, so that neither has to be resized between two pictures."""
        self._fine = fine
        self._coarse = coarse
        self._mesh = mesh

    @classmethod
    def load(cls, folder: Path) -> "FaceFinder":
        """From the folder of the weight files. Raises vision's ModelMissingError or UnusableModelError."""
        detector = folder / "face_detector.tflite"
        return cls(FaceDetector(detector), FaceDetector(detector), FaceMeshModel(folder / "face_mesh.tflite"))

    def find(self, picture: Image.Image, check: Callable[[], None]) -> list[LocatedFace]:
        """The faces of an RGB picture, largest first, at most 100, from 24 pixels on.

        `check` is called between the steps and may raise to give the work up.
        """
        located: list[LocatedFace] = []
        for face in _each_once(self._detect(picture, check)):
            check()
            if min(face.box.width, face.box.height) >= LEAST_SIZE and (fitted := self._fit(picture, face)):
                located.append(fitted)
        return sorted(_apart(located), key=lambda face: -face.box.area)[:MOST_FACES]

    def _detect(self, picture: Image.Image, check: Callable[[], None]) -> list[DetectedFace]:
        """Of all looks. What the coarse one looks at is made from what the fine one has looked at: much less work."""
        wanted = looks(picture)
        small = resized(picture, wanted[0].side)
        factor = max(picture.size) / wanted[0].side
        detected: list[DetectedFace] = []
        for detector, look in zip((self._fine, self._coarse), wanted, strict=False):
            check()
            seen = (face.scaled(factor) for face in detector.detect(small, look.side))
            detected += [face for face in seen if face.box.width >= look.least]
        return detected

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


def looks(picture: Image.Image) -> tuple[Look, ...]:
    """The fine look, which finds faces from 36 pixels on, and a coarse one for those that are too large for it.

    A face of 36 pixels in a picture of 1,920 is 15.6 to the detector. `benchmarks.accuracy_faces` has what that finds.
    Of what the coarse look sees, only faces count that the fine one may have missed: it places small ones badly. There
    is none where no face can be too large.
    """
    longest, shortest = max(picture.size), min(picture.size)
    fine, coarse = next((fine, coarse) for above, fine, coarse in _SIDES if longest > above)
    fine = min(fine, int(np.sqrt(_MOST_PIXELS * longest / shortest)) // 32 * 32)
    too_large = _LARGEST * longest / fine
    if coarse and shortest > too_large:
        return Look(fine, least=0), Look(coarse, least=too_large / 2)
    return (Look(fine, least=0),)


def _each_once(faces: list[DetectedFace]) -> list[DetectedFace]:
    """The best of each group of faces that lie mostly within one another, best score first."""
    if not faces:
        return []
    boxes = np.array([face.box.array() for face in faces])
    scores = np.array([face.score for face in faces])
    return [faces[kept] for kept in hard_nms(boxes, scores, _SAME_FACE, containment)]


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
