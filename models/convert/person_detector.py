"""SSDLite-MobileNetV2 with one class, from the frozen graph of the TensorFlow object detection API."""

from pathlib import Path

import tensorflow as tf


def convert(graph: Path) -> bytes:
    """From the normalized picture [1, 300, 300, 3] to boxes [1917, 4] and class logits [1, 1917, 2].

    Cut out of the graph between its own preprocessing (which loops, and which TFLite lacks) and its own suppression.
    """
    picture = "Preprocessor/sub"
    converter = tf.compat.v1.lite.TFLiteConverter.from_frozen_graph(
        str(graph), [picture], ["Squeeze", "concat_1"], input_shapes={picture: [1, 300, 300, 3]}
    )
    converted: bytes = converter.convert()
    return converted
