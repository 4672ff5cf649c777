"""Models of every family, as files, through the real runtime; the files are built with ai-edge-litert's schema."""

from collections.abc import Sequence

import numpy as np
import pytest

from edge.errors import ModelRefused
from edge.gate.people import find_people
from edge.gate.person_model import PersonModel
from edge.model.package import unpack
from edge.model.trial import try_out
from tests.edge.model_zips import dev_kit_zip, zipped
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


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_box_that_is_nowhere_is_no_person(value: float) -> None:
    """A model may pass its trial and answer so to a frame that comes later; a picture of it ended the module."""
    shape, outputs = FAMILIES["Custom Vision [S1]"]
    answers = {
        "detected_boxes": rows(0.0, value, 0.5, 1.0, *LEFT_HALF).reshape(2, 4),
        "detected_classes": rows(0, 0),
        "detected_scores": rows(0.95, 0.9),
    }
    assert answers.keys() == outputs.keys()
    (person,) = find_people(
        frame_of(shop(1280, 720)), PersonModel(constant_model(shape, answers), ("person",)), ("person",), 0.25
    )
    assert person.score == pytest.approx(0.9)


def test_a_model_of_each_family_passes_its_trial() -> None:
    for shape, outputs in FAMILIES.values():
        try_out(unpack(dev_kit_zip(constant_model(shape, outputs), "person\ndog\n")), ("person",))


def classifier(scores: Sequence[float], dtype: type, quantized: tuple[float, int] | None = None) -> bytes:
    """A classifier of three classes that always answers the same."""
    return constant_model((1, 224, 224, 3), {"loss": np.array([scores], dtype)}, quantized)


@pytest.mark.parametrize(
    ("dtype", "scores", "quantized"),
    [(np.uint8, [1, 200, 40], (1 / 255, 0)), (np.int8, [-127, 72, -88], (1 / 255, -128))],
)
def test_whole_numbers_are_scaled_as_the_model_says(
    dtype: type, scores: list[float], quantized: tuple[float, int]
) -> None:
    model = PersonModel(classifier(scores, dtype, quantized), ("empty", "person", "dog"))
    (person,) = find_people(frame_of(shop()), model, ("person",), 0.25)
    assert person.score == pytest.approx(200 / 255)
    assert not find_people(frame_of(shop()), model, ("dog",), 0.25)  # 40 of 255


@pytest.mark.parametrize(("dtype", "reason"), [(np.uint8, "without a scale"), (np.int32, "without a scale")])
def test_whole_numbers_that_stand_for_nothing_are_refused(dtype: type, reason: str) -> None:
    """Also where they look right on the test picture: what says 0 there would say 40 of 255 later."""
    for scores in ([0, 0, 0], [1, 200, 50]):
        with pytest.raises(ModelRefused, match=reason):
            try_out(unpack(dev_kit_zip(classifier(scores, dtype), "empty\nperson\ndog\n")), ("person",))


def test_background_is_a_class_of_a_classifier_that_has_it() -> None:
    labels = "background\nperson\ndog\n"
    sure_of_nothing = unpack(dev_kit_zip(classifier([0.9, 0.05, 0.05], np.float32), labels))
    sure_of_someone = unpack(dev_kit_zip(classifier([0.05, 0.9, 0.05], np.float32), labels))
    for package, seen in ((sure_of_nothing, 0), (sure_of_someone, 1)):
        model = PersonModel(package.tflite, package.labels)
        assert len(find_people(frame_of(shop()), model, ("person",), 0.25)) == seen


def test_a_model_of_several_classes_without_labels_is_refused() -> None:
    with pytest.raises(ModelRefused, match="without labels"):
        try_out(unpack(zipped({"model.tflite": classifier([0.1, 0.8, 0.1], np.float32)})), ("person",))
