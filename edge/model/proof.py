"""What a model must do on a made-up picture before it sees the camera."""

from collections.abc import Sequence

import numpy as np

from edge.errors import ModelFailed, ModelRefused
from edge.frame import Pixels
from edge.gate.person_model import PersonModel

LOWEST_THRESHOLD = 0.05


def prove(model: PersonModel, objects: Sequence[str]) -> None:
    """Raises ModelRefused if the model fails, answers nonsense, or knows none of the objects of interest."""
    if not model.knows(objects):
        raise ModelRefused("the model's labels hold none of ObjectsOfInterest")
    try:
        found = model.detect(
            trial_picture(model.preparation.width, model.preparation.height), objects, LOWEST_THRESHOLD
        )
    except ModelFailed as failure:
        raise ModelRefused(str(failure)) from None
    if not np.issubdtype(found.scores.dtype, np.floating):
        raise ModelRefused("the model's scores are whole numbers without a scale")
    if not (np.isfinite(found.boxes).all() and (found.scores >= 0).all() and (found.scores <= 1).all()):
        raise ModelRefused("the model answers a test picture with values out of range")


def trial_picture(width: int, height: int) -> Pixels:
    """Colours running across, down and in rings: every part of the range, edges in every direction."""
    y, x = np.mgrid[0:height, 0:width]
    rings = 127.5 + 127.5 * np.sin(np.hypot(x - width / 2, y - height / 2) / 6)
    return np.stack([255 * x / max(1, width - 1), 255 * y / max(1, height - 1), rings], axis=-1).astype(np.uint8)
