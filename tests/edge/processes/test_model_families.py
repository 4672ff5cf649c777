"""Models of every family, as files, through the real runtime; the files are built with ai-edge-litert's schema."""

import numpy as np
import pytest

from edge.errors import ModelRefused
from edge.gate.people import find_people
from edge.gate.person_model import PersonModel
from edge.model.package import unpack
from edge.model.trial import try_out
from tests.edge.model_zips import dev_kit_zip
from tests.edge.processes.tflite_files import Array, constant_model
from tests.edge.scenes import frame_of, shop

LEFT_HALF = [0.0, 0.0, 0.5, 1.0]


def rows(*values: float) -> Array:
    return np.array(values, np.float32)


def compact_grid() -> Array:
    """A person over the left half: the last anchor, in the middle row, a quarter across."""
    grid = np.full((1, 13, 13, 5, 7), -12, np.float32)
    width, height = 6.5 / 9.77, 13 / 9.17
    grid[0, 6, 3, 4] = [-1.1, 0.0, np.log(width), np.log(height), 9.0, 9.0, -9.0]
    return grid.reshape(1, 13, 13, 35)


FAMILIES = {
    "TensorFlow 1": (
        (1, 300, 300, 3),
        {
            "TFLite_Detection_PostProcess": rows(0, 0, 1, 0.5).reshape(1, 1, 4),
            "TFLite_Detection_PostProcess:1": rows(0).reshape(1, 1),
            "TFLite_Detection_PostProcess:2": rows(0.9).reshape(1, 1),
            "TFLite_Detection_PostProcess:3": rows(1),
        },
    ),
    "TensorFlow 2": (
        (1, 320, 320, 3),
        {
            "StatefulPartitionedCall:3": rows(0, 0, 1, 0.5).reshape(1, 1, 4),
            "StatefulPartitionedCall:2": rows(0).reshape(1, 1),
            "StatefulPartitionedCall:1": rows(0.9).reshape(1, 1),
            "StatefulPartitionedCall:0": rows(1),
        },
    ),
    "Custom Vision [S1]": (
        (1, 320, 320, 3),
        {
            "detected_boxes": rows(*LEFT_HALF).reshape(1, 4),
            "detected_classes": rows(0),
            "detected_scores": rows(0.9),
        },
    ),
    "Custom Vision compact": ((1, 416, 416, 3), {"model_outputs": compact_grid()}),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_model_of_each_family_finds_its_person_in_a_frame(family: str) -> None:
    model = PersonModel(constant_model(*FAMILIES[family]), ("person", "dog"))
    (person,) = find_people(frame_of(shop(1280, 720)), model, ("person",), 0.25)
    box = [person.box.x1, person.box.y1, person.box.x2, person.box.y2]
    assert box == pytest.approx([0, 0, 640, 720], abs=5)
    assert person.score > 0.85


def test_a_classifier_sees_in_the_whole_frame() -> None:
    model = PersonModel(constant_model((1, 224, 224, 3), {"loss": rows(0.1, 0.9).reshape(1, 2)}), ("empty", "person"))
    (person,) = find_people(frame_of(shop(1280, 720)), model, ("person",), 0.25)
    assert (person.box.width, person.box.height) == (1280, 720)


def test_a_model_that_answers_out_of_range_fails_its_trial() -> None:
    tflite = constant_model((1, 224, 224, 3), {"loss": rows(0.1, np.nan, 7.0).reshape(1, 3)})
    with pytest.raises(ModelRefused, match="out of range"):
        try_out(unpack(dev_kit_zip(tflite, "a\nb\nperson\n")), ("person",))


def test_a_model_of_each_family_passes_its_trial() -> None:
    for shape, outputs in FAMILIES.values():
        try_out(unpack(dev_kit_zip(constant_model(shape, outputs), "person\ndog\n")), ("person",))
