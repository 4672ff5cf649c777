"""Small faces: the detector again on overlapping parts of the picture, where they are larger."""

from collections.abc import Callable

import numpy as np
from PIL import Image

from vision.boxes import Box, containment, hard_nms
from vision.face_detector import DetectedFace, FaceDetector

SAME_FACE = 0.5
SURELY_PLACED = 14 / 256
"""Share of the longer side from which on the detector's boxes are good (docs/models.md)."""


def overlapping_tiles(width: int, height: int, columns: int, rows: int, overlap: float) -> list[Box]:
    """Whole-pixel tiles that cover a width × height picture, row by row.

    overlap: the share of a tile's side that it has in common with its neighbour, 0 ≤ overlap < 1.
    """
    return [
        Box(x1, y1, x2, y2) for y1, y2 in _spans(height, rows, overlap) for x1, x2 in _spans(width, columns, overlap)
    ]


def _spans(length: int, count: int, overlap: float) -> list[tuple[int, int]]:
    side = length / (count - (count - 1) * overlap)
    step = side * (1 - overlap)
    return [(round(number * step), min(length, round(number * step + side))) for number in range(count)]


def detect_in_tiles(
    detector: FaceDetector, picture: Image.Image, tiles: list[Box], check: Callable[[], None] = lambda: None
) -> list[DetectedFace]:
    """Faces of the whole picture and of each tile, in pixels of the picture, each once, best score first.

    The look at the whole answers only for large faces where there are tiles: it places small ones badly, and then one
    face would count as two. A face cut by a tile's edge gives a part of a face: it is dropped where a whole one was
    seen. check is called before each further look and may raise to give the work up.
    """
    found = detector.detect(picture)
    if tiles:
        least = SURELY_PLACED * max(picture.size)
        found = [face for face in found if max(face.box.width, face.box.height) >= least]
    for tile in tiles:
        check()
        part = picture.crop((int(tile.x1), int(tile.y1), int(tile.x2), int(tile.y2)))
        found += [face.moved(tile.x1, tile.y1) for face in detector.detect(part)]
    return each_face_once(found)


def each_face_once(faces: list[DetectedFace]) -> list[DetectedFace]:
    """The best of each group of faces that lie mostly within one another, best score first."""
    if not faces:
        return []
    boxes = np.array([face.box.array() for face in faces])
    scores = np.array([face.score for face in faces])
    return [faces[kept] for kept in hard_nms(boxes, scores, SAME_FACE, containment)]
