"""The face-api.js expression net: four dense blocks of separable convolutions, from bare TensorFlow.js weights."""

from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from models.convert.tfjs import Weights, read_manifest, read_weights

MEAN_RGB = np.array([122.782, 117.001, 104.298], np.float32)


def convert(manifest: Path) -> bytes:
    """From a face [1, 112, 112, 3], RGB 0…255, to the softmax [1, 7] over
    neutral, happy, sad, angry, fearful, disgusted, surprised."""
    weights = read_weights(read_manifest(manifest), manifest.parent)

    @tf.function(input_signature=[tf.TensorSpec([1, 112, 112, 3], tf.float32)])  # type: ignore[untyped-decorator]
    def network(face: Any) -> Any:
        return _network(face, weights)

    converter = tf.lite.TFLiteConverter.from_concrete_functions([network.get_concrete_function()])
    converted: bytes = converter.convert()
    return converted


def _network(face: Any, weights: Weights) -> Any:
    features = (face - MEAN_RGB) / 255.0
    for name in ("dense0", "dense1", "dense2", "dense3"):
        features = _dense_block(features, weights, name)
    pooled = tf.reshape(tf.nn.avg_pool2d(features, 7, 2, "VALID"), [1, -1])
    return tf.nn.softmax(tf.matmul(pooled, weights["fc/weights"]) + weights["fc/bias"])


def _dense_block(features: Any, weights: Weights, name: str) -> Any:
    """Each convolution sees the sum of all before it; the first one halves the size."""
    if f"{name}/conv0/filters" in weights:
        first = tf.nn.conv2d(features, weights[f"{name}/conv0/filters"], 2, "SAME") + weights[f"{name}/conv0/bias"]
    else:
        first = _separable(features, weights, f"{name}/conv0", stride=2)
    total = tf.nn.relu(first)
    for number in (1, 2, 3):
        total = total + _separable(tf.nn.relu(total), weights, f"{name}/conv{number}", stride=1)
    return tf.nn.relu(total)


def _separable(features: Any, weights: Weights, name: str, stride: int) -> Any:
    depthwise, pointwise = weights[f"{name}/depthwise_filter"], weights[f"{name}/pointwise_filter"]
    filtered = tf.nn.separable_conv2d(features, depthwise, pointwise, [1, stride, stride, 1], "SAME")
    return filtered + weights[f"{name}/bias"]
