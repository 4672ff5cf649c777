"""NanoDet-g (RangiLyu, 2020) from its TensorFlow.js graph: channels last, people only, for any size of input.

The published graph came from PyTorch by way of ONNX: it computes channels first, with a transpose around each
operation, for 80 classes at 416×416. Rebuilt here without the transposes, with the person's score alone; scores equal
those of the published graph to 4e-7, distances to 1e-5.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from models.convert.tfjs import Weights, read_weights

CLASSES, DISTANCES = 80, 44
SCORES_OUT, DISTANCES_OUT = ("Identity", "Identity_1", "Identity_2"), ("Identity_3", "Identity_4", "Identity_5")
"""The graph's outputs for strides 8, 16 and 32."""
PUBLISHED_SIDE = 416
DEEPEST = 10_000
"""Nodes are worked out from the outputs backwards, one call inside the other."""


def convert_nanodet(model: Path, width: int, height: int) -> bytes:
    """From a normalized picture [1, height, width, 3] (BGR) to scores [1, N] and distances [1, N, 44].

    width, height: multiples of 32. N: cells of strides 8, 16 and 32, row by row. scores: 0…1. distances: 11 logits for
    each of left, top, right, bottom.
    """
    described = json.loads(model.read_text("utf-8"))
    weights = read_weights(described["weightsManifest"], model.parent)
    graph = _Graph(described["modelTopology"]["node"], weights, height, width)
    sys.setrecursionlimit(DEEPEST)

    @tf.function(  # type: ignore[untyped-decorator]
        autograph=False, input_signature=[tf.TensorSpec([1, height, width, 3], tf.float32, name="bgr")]
    )
    def network(picture: Any) -> dict[str, Any]:
        run = graph.of(picture)
        scores = tf.concat([run(name) for name in SCORES_OUT], 1)
        distances = tf.concat([run(name) for name in DISTANCES_OUT], 1)
        return {"scores": tf.reshape(scores, [1, -1]), "distances": distances}

    converted: bytes = tf.lite.TFLiteConverter.from_concrete_functions([network.get_concrete_function()]).convert()
    return converted


class _Padded:
    """Features that the next convolution pads with zeros; before, after: [4] for each axis, channels last."""

    def __init__(self, features: Any, by: Any) -> None:
        self.features, self.by = features, by


class _Graph:
    """The published nodes and weights, for another size."""

    def __init__(self, nodes: list[dict[str, Any]], weights: Weights, height: int, width: int) -> None:
        self._nodes = {node["name"]: node for node in nodes}
        self._weights = weights
        self._height, self._width = height, width

    def of(self, picture: Any) -> Any:
        """A function from a node's name to its output for this picture."""
        done: dict[str, Any] = {"input_1": picture}

        def output(name: str) -> Any:
            base, _, place = name.partition(":")
            if base in self._weights:
                return self._weights[base]
            if base not in done:
                done[base] = self._run(self._nodes[base], output)
            made = done[base]
            return made[int(place or 0)] if isinstance(made, list) else made

        return output

    def _run(self, node: dict[str, Any], output: Any) -> Any:  # noqa: PLR0911 - one line an operation
        inputs = node.get("input", [])
        match node["op"]:
            case "Transpose" | "Identity":
                return output(inputs[0])
            case "Pad":
                return _Padded(output(inputs[0]), _channels_last(self._weights[inputs[1]]))
            case "PadV2":
                by = _channels_last(self._weights[inputs[1]])
                return tf.pad(output(inputs[0]), by, constant_values=-np.inf)
            case "Conv2D":
                return _convolution(output(inputs[0]), self._weights[inputs[1]], max(_integers(node, "strides")))
            case "Add" | "AddV2":
                added = self._weights.get(inputs[1])
                return output(inputs[0]) + (output(inputs[1]) if added is None else _people_only(added))
            case "LeakyRelu":
                return tf.nn.leaky_relu(output(inputs[0]), node["attr"]["alpha"]["f"])
            case "MaxPool":
                kernel, strides = _integers(node, "ksize"), _integers(node, "strides")
                return tf.nn.max_pool2d(output(inputs[0]), kernel, strides, "VALID")
            case "ConcatV2":
                return tf.concat([output(name) for name in inputs[:-1]], 3)
            case "ResizeBilinear":
                return self._resized(output(inputs[0]), int(self._weights[inputs[1]][0]), node["attr"])
            case "SplitV":
                return list(tf.split(output(inputs[0]), [1, DISTANCES], 3))
            case "Sigmoid":
                return tf.sigmoid(output(inputs[0]))
            case "Reshape":
                features = output(inputs[0])
                return tf.reshape(features, [1, -1, features.shape[-1]])
        raise ValueError(f"{node['op']}: no such operation in NanoDet-g")

    def _resized(self, features: Any, published: int, attributes: dict[str, Any]) -> Any:
        stride = PUBLISHED_SIDE // published
        return tf.compat.v1.image.resize_bilinear(
            features,
            [self._height // stride, self._width // stride],
            align_corners=attributes["align_corners"]["b"],
            half_pixel_centers=attributes["half_pixel_centers"]["b"],
        )


def _convolution(features: Any, kernel: Any, stride: int) -> Any:
    kernel = _people_only(kernel)
    if not isinstance(features, _Padded):
        return tf.nn.conv2d(features, kernel, stride, "VALID")
    if stride == 1:
        return tf.nn.conv2d(features.features, kernel, 1, "SAME")
    return tf.nn.conv2d(tf.pad(features.features, features.by), kernel, stride, "VALID")


def _people_only(weights: Any) -> Any:
    """Of a head's 80 class scores and 44 distances, the first class (person) and the distances; others unchanged."""
    if weights.shape[-1] != CLASSES + DISTANCES:
        return weights
    return np.concatenate([weights[..., :1], weights[..., CLASSES:]], -1)


def _channels_last(paddings: Any) -> Any:
    return paddings[[0, 2, 3, 1]]


def _integers(node: dict[str, Any], name: str) -> list[int]:
    return [int(number) for number in node["attr"][name]["list"]["i"]]
