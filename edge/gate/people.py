"""People in a frame: one look at all of it and, with a model that sees little in one, three closer ones."""

from collections.abc import Sequence

import numpy as np

from edge.frame import Frame, Pixels
from edge.gate.detections import Detections, Person
from edge.gate.motion import HEIGHT, WIDTH, has_contrast
from edge.gate.person_model import PersonModel
from edge.gate.preparation import Preparation
from vision.boxes import Array, Box, containment, hard_nms

SAME_PERSON = 0.9
"""Share of a box that lies in another, from which on both are one person."""
SAME_IN_SQUARES = 0.7
"""The same of boxes from overlapping squares, which cut people off."""


def find_people(frame: Frame, model: PersonModel, objects: Sequence[str], threshold: float) -> tuple[Person, ...]:
    """The people in a frame, in pixels, best score first; no one in a frame without contrast.

    Models find people even in plain black.
    """
    small = scaled_for(frame, model.preparation)
    return people_in(frame, small, model, objects, threshold) if has_contrast(small.luma(WIDTH, HEIGHT)) else ()


def people_in(
    frame: Frame, small: Frame, model: PersonModel, objects: Sequence[str], threshold: float
) -> tuple[Person, ...]:
    """The same, of a frame that shows something. small: the frame, as `scaled_for` gives it to the model."""
    prepared = model.preparation
    found = _somewhere(model.detect(_filled(small.pixels(prepared.channels), prepared), objects, threshold))
    per_pixel = [prepared.width * frame.width / small.width, prepared.height * frame.height / small.height]
    boxes: Array = found.boxes * (per_pixel * 2)
    scores = found.scores
    if not scores.size and not prepared.keeps_aspect:
        boxes, scores = _closer_looks(frame, model, objects, threshold)
    kept = hard_nms(boxes, scores, SAME_PERSON, containment)
    return _people(boxes[kept], scores[kept], frame)


def scaled_for(frame: Frame, prepared: Preparation) -> Frame:
    """The frame as large as the model can take it; stretched to its shape where it wants that."""
    if not prepared.keeps_aspect:
        return frame.scaled(prepared.width, prepared.height)
    scale = min(prepared.width / frame.width, prepared.height / frame.height)
    return frame.scaled(max(1, round(frame.width * scale)), max(1, round(frame.height * scale)))


def _filled(small: Pixels, prepared: Preparation) -> Pixels:
    """Pixels of the model's own size: at the top left what there is, the rest black."""
    height, width = small.shape[:2]
    if (width, height) == (prepared.width, prepared.height):
        return small
    canvas = np.zeros((prepared.height, prepared.width, 3), np.uint8)
    canvas[:height, :width] = small
    return canvas


def _closer_looks(frame: Frame, model: PersonModel, objects: Sequence[str], threshold: float) -> tuple[Array, Array]:
    """Boxes [N, 4] in pixels of the frame and scores [N] from squares in the middle and at both ends.

    For models that a frame is stretched for: the SSD that was built in before found people in .96 of overview frames
    with them, in .82 without. The frame is scaled once, so that its shorter side is the model's; the squares are views
    of that.
    """
    prepared = model.preparation
    wide = frame.width >= frame.height
    side = min(frame.width, frame.height)
    across = prepared.width if wide else prepared.height
    scale = across / side
    longest = round(max(frame.width, frame.height) * scale)
    width, height = (longest, prepared.height) if wide else (prepared.width, longest)
    small = frame.scaled(width, height).pixels(prepared.channels)
    boxes: list[Array] = []
    scores: list[Array] = []
    for start in dict.fromkeys(((longest - across) // 2, 0, longest - across)):
        square = small[:, start : start + across] if wide else small[start : start + across]
        found = _somewhere(model.detect(square, objects, threshold))
        shift = [start / scale, 0] * 2 if wide else [0, start / scale] * 2
        boxes.append(found.boxes * side + shift)
        scores.append(found.scores)
    every, surely = np.concatenate(boxes), np.concatenate(scores)
    kept = hard_nms(every, surely, SAME_IN_SQUARES, containment)
    return every[kept], surely[kept]


def _somewhere(found: Detections) -> Detections:
    """Without boxes that are nowhere: a model may pass its trial and answer NaN to a frame that comes later."""
    kept = np.isfinite(found.boxes).all(axis=1)
    return found if kept.all() else Detections(found.boxes[kept], found.scores[kept], found.classes[kept])


def _people(boxes: Array, scores: Array, frame: Frame) -> tuple[Person, ...]:
    within = np.clip(boxes, 0, [frame.width, frame.height] * 2)
    return tuple(Person(Box(*box), score) for box, score in zip(within.tolist(), scores.tolist(), strict=True))
