"""Each decoder against outputs worked out by hand from the format's description."""

from dataclasses import dataclass

import numpy as np
import pytest

from edge.errors import ModelRefused
from edge.gate.decoders.choose import decoder_for
from edge.gate.decoders.classification import Classification
from edge.gate.decoders.custom_vision_compact import ANCHORS, CustomVisionCompact
from edge.gate.decoders.custom_vision_named import CustomVisionNamed
from edge.gate.decoders.decoder import Decoder
from edge.gate.decoders.nanodet import BINS, NanoDet
from edge.gate.decoders.post_processed import PostProcessed
from edge.gate.decoders.ssd import Ssd
from vision.anchors import ssd_anchors
from vision.runtime import Network, Tensor


@dataclass
class Tensors:
    """A network's tensors without the network."""

    input: Tensor
    outputs: tuple[Tensor, ...]


def network(input_shape: tuple[int, ...], *outputs: tuple[str, tuple[int, ...]], dtype: type = np.float32) -> Network:
    made = tuple(Tensor(place, name, shape, np.float32) for place, (name, shape) in enumerate(outputs))
    return Tensors(Tensor(0, "image", input_shape, dtype), made)  # type: ignore[return-value]


SSD = network((1, 300, 300, 3), ("Squeeze", (1, 1917, 4)), ("concat_1", (1, 1917, 2)))
VERSION_1 = network(
    (1, 300, 300, 3),
    ("TFLite_Detection_PostProcess", (1, 10, 4)),
    ("TFLite_Detection_PostProcess:1", (1, 10)),
    ("TFLite_Detection_PostProcess:2", (1, 10)),
    ("TFLite_Detection_PostProcess:3", (1,)),
    dtype=np.uint8,
)
VERSION_2 = network(
    (1, 320, 320, 3),
    ("StatefulPartitionedCall:1", (1, 10)),
    ("StatefulPartitionedCall:3", (1, 10, 4)),
    ("StatefulPartitionedCall:0", (1,)),
    ("StatefulPartitionedCall:2", (1, 10)),
)
NAMED = network((1, 320, 320, 3), ("detected_boxes", (64, 4)), ("detected_classes", (64,)), ("detected_scores", (64,)))
COMPACT = network((1, 416, 416, 3), ("model_outputs", (1, 13, 13, 5 * 7)))
NANODET = network((1, 64, 128, 3), ("Identity", (1, 168, 44)), ("Identity_1", (1, 168)))
CLASSES = network((1, 224, 224, 3), ("loss", (1, 3)))


@pytest.mark.parametrize(
    ("tensors", "family"),
    [
        (SSD, Ssd),
        (VERSION_1, PostProcessed),
        (VERSION_2, PostProcessed),
        (NAMED, CustomVisionNamed),
        (COMPACT, CustomVisionCompact),
        (CLASSES, Classification),
        (NANODET, NanoDet),
    ],
)
def test_tensors_say_which_family_a_model_is_of(tensors: Network, family: type[Decoder]) -> None:
    assert type(decoder_for(tensors)) is family


@pytest.mark.parametrize(
    "tensors",
    [
        network((1, 192, 192, 3), ("points", (1, 1, 1, 1404)), ("presence", (1, 1, 1, 1))),
        network((1, 100), ("words", (1, 3))),
        network((1, 416, 416, 1), ("loss", (1, 3))),
        network((1, 416, 416, 3), ("grid", (1, 13, 13, 34))),
        network((1, 300, 300, 3), ("a", (1, 10, 4)), ("b", (1, 10)), ("c", (1, 10)), ("d", (1,))),
        network((1, 224, 224, 3), ("loss", (1, 3)), dtype=np.int64),
        network((1, 64, 128, 3), ("Identity", (1, 160, 44)), ("Identity_1", (1, 160))),
    ],
)
def test_other_tensors_are_refused_with_their_shapes(tensors: Network) -> None:
    with pytest.raises(ModelRefused, match=r"no known kind: \[1, "):
        decoder_for(tensors)


def test_ssd_offsets_are_from_anchors_and_scores_are_sigmoids() -> None:
    boxes, logits = np.zeros((1, 1917, 4), np.float32), np.full((1, 1917, 2), -9, np.float32)
    anchor = ssd_anchors()[1000]
    logits[0, 1000, 1] = 2.0
    boxes[0, 1000] = [1.0, -1.0, 5 * np.log(2), 0.0]  # a tenth of its height down, of its width left; twice as high
    found = decoder_for(SSD).decode((boxes, logits), 0.25)
    cy, cx, height, width = anchor[0] + 0.1 * anchor[2], anchor[1] - 0.1 * anchor[3], 2 * anchor[2], anchor[3]
    expected = [cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2]
    assert found.boxes == pytest.approx(np.array([expected]), abs=1e-6)
    assert found.scores == pytest.approx([1 / (1 + np.exp(-2.0))])
    assert list(found.classes) == [0]


def test_ssd_with_nothing_over_the_threshold_is_empty() -> None:
    found = decoder_for(SSD).decode((np.zeros((1, 1917, 4)), np.full((1, 1917, 2), -9.0)), 0.25)
    assert (found.boxes.shape, found.scores.shape, found.classes.shape) == ((0, 4), (0,), (0,))


@pytest.mark.parametrize(("tensors", "order"), [(VERSION_1, "bcsn"), (VERSION_2, "sbnc")])
def test_post_processed_rows_beyond_the_count_are_ignored(tensors: Network, order: str) -> None:
    values = {
        "b": np.tile(np.array([0.1, 0.2, 0.5, 0.6], np.float32), (1, 10, 1)),
        "c": np.arange(10, dtype=np.float32)[None],
        "s": np.linspace(0.9, 0.45, 10, dtype=np.float32)[None],
        "n": np.array([3.0], np.float32),
    }
    found = decoder_for(tensors).decode(tuple(values[name] for name in order), 0.82)
    assert list(found.classes) == [0, 1]
    assert found.boxes[0] == pytest.approx([0.2, 0.1, 0.6, 0.5])


def test_custom_vision_named_outputs_have_no_batch() -> None:
    boxes = np.array([[0.1, 0.2, 0.3, 0.4], [0.5, 0.5, 0.9, 0.9]], np.float32)
    found = decoder_for(NAMED).decode((boxes, np.array([1, 0]), np.array([0.9, 0.1], np.float32)), 0.25)
    assert found.boxes == pytest.approx(boxes[:1])
    assert list(found.classes) == [1]


def test_custom_vision_compact_grid_becomes_a_box() -> None:
    grid = np.full((1, 13, 13, 5, 7), -10, np.float32)
    grid[0, 4, 6, 2] = [0.0, 0.0, 0.0, 0.0, 10.0, 0.0, 3.0]  # the cell's middle, anchor 2 as it is, second class
    found = decoder_for(COMPACT).decode((grid.reshape(1, 13, 13, 35),), 0.25)
    width, height = ANCHORS[2] / 13
    center_x, center_y = 6.5 / 13, 4.5 / 13
    expected = [center_x - width / 2, center_y - height / 2, center_x + width / 2, center_y + height / 2]
    assert found.boxes == pytest.approx(np.array([expected]), abs=1e-6)
    assert found.scores == pytest.approx([1 / (1 + np.exp(-10)) / (1 + np.exp(-3))], abs=1e-4)
    assert list(found.classes) == [1]


def test_a_class_is_seen_in_the_whole_picture() -> None:
    found = decoder_for(CLASSES).decode((np.array([[0.1, 0.7, 0.2]], np.float32),), 0.25)
    assert found.boxes.tolist() == [[0, 0, 1, 1]]
    assert list(found.classes) == [1]


def test_nanodet_distances_are_means_in_strides_from_a_cells_centre() -> None:
    scores, distances = np.zeros((1, 168), np.float32), np.full((1, 168, 4, BINS), -20, np.float32)
    cell = 128 + 9  # the second of the cells' layers, stride 16: row 1, column 1
    scores[0, cell] = 0.8
    for side, logits in enumerate(({1: 0.0}, {0: 0.0, 1: 0.0}, {2: 0.0}, {2: 0.0, 1: 0.0})):
        for place, value in logits.items():
            distances[0, cell, side, place] = value
    found = decoder_for(NANODET).decode((distances.reshape(1, 168, 44), scores), 0.35)
    center = 16 + 7.5
    expected = [center - 16, center - 8, center + 32, center + 24]
    assert found.boxes * [128, 64, 128, 64] == pytest.approx(np.array([expected]), abs=1e-3)
    assert found.scores == pytest.approx([0.8])
    assert list(found.classes) == [0]


def test_nanodet_with_nothing_over_the_threshold_is_empty() -> None:
    found = decoder_for(NANODET).decode((np.zeros((1, 168, 44), np.float32), np.zeros((1, 168), np.float32)), 0.35)
    assert (found.boxes.shape, found.scores.shape, found.classes.shape) == ((0, 4), (0,), (0,))


def test_inputs_are_prepared_as_each_family_wants_them() -> None:
    families = {"ssd": SSD, "bytes": VERSION_1, "named": NAMED, "compact": COMPACT, "classes": CLASSES, "nano": NANODET}
    values, channels = {}, {}
    for family, tensors in families.items():
        preparation = decoder_for(tensors).preparation
        pixels = np.zeros((preparation.height, preparation.width, 3), np.uint8)
        pixels[-1, -1] = (255, 0, 128)
        tensor = np.full((1, preparation.height, preparation.width, 3), 7, preparation.dtype)
        preparation.write(pixels, tensor)
        values[family], channels[family] = tensor[0, -1, -1].tolist(), preparation.channels
    assert values["ssd"] == pytest.approx([1, -1, 128 / 127.5 - 1], abs=1e-6)
    assert values["bytes"] == values["named"] == values["compact"] == values["classes"] == [255, 0, 128]
    assert values["nano"] == pytest.approx(
        [(255 - 103.53) / 57.375, -116.28 / 57.12, (128 - 123.675) / 58.395], abs=1e-5
    )
    assert {family for family, order in channels.items() if order == "bgr24"} == {"compact", "classes", "nano"}
