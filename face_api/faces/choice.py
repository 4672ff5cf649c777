"""Which face of a picture is meant: the only one, or the one in a given rectangle."""

from collections.abc import Sequence

import numpy as np

from face_api.errors import InvalidImage
from face_api.faces.face import AnalyzedFace
from vision.boxes import Box, iou

_SAME_PLACE = 0.3


def chosen_face(faces: Sequence[AnalyzedFace], target: Box | None) -> AnalyzedFace:
    """target: pixels of the same picture. Raises InvalidImage if no face, or more than one, can be meant."""
    if not faces:
        raise InvalidImage("no face is detected in the picture")
    if target is None:
        if len(faces) > 1:
            raise InvalidImage("there is more than one face in the picture: say which with targetFace")
        return faces[0]
    overlaps = iou(target.array(), np.array([face.face.box.array() for face in faces]))
    best = int(np.argmax(overlaps))
    if overlaps[best] < _SAME_PLACE:
        raise InvalidImage("targetFace is at none of the picture's faces")
    return faces[best]
