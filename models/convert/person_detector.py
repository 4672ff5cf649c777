"""SSDLite-MobileNetV2 with one class, from the frozen graph of the TensorFlow object detection API."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

PICTURE, OUTPUTS = "Preprocessor/sub", ["Squeeze", "concat_1"]


def convert(frozen: Path) -> bytes:
    """From the normalized picture [1, 300, 300, 3] to boxes [1917, 4] and class logits [1, 1917, 2].

    Cut out of the graph between its own preprocessing (which loops, and which TFLite lacks) and its own suppression.
    """
    graph = tf.compat.v1.GraphDef()
    graph.ParseFromString(frozen.read_bytes())
    _fold_batch_norms(graph)
    with tempfile.NamedTemporaryFile(suffix=".pb") as folded:
        folded.write(graph.SerializeToString(deterministic=True))
        folded.flush()
        converter = tf.compat.v1.lite.TFLiteConverter.from_frozen_graph(
            folded.name, [PICTURE], OUTPUTS, input_shapes={PICTURE: [1, 300, 300, 3]}
        )
        converted: bytes = converter.convert()
    return converted


def _fold_batch_norms(graph: Any) -> None:
    """Turn each batch norm into a multiplication and an addition of constants.

    The converter would do it too, but with the processor's approximate reciprocal square root, which Intel and AMD
    round differently: the result's sha256 would depend on the machine. numpy's square root and division are exact.
    """
    nodes = {node.name: node for node in graph.node}
    for node in [node for node in graph.node if node.op == "FusedBatchNorm"]:
        features, *names = list(node.input)
        gamma, beta, mean, variance = (_constant(nodes, name) for name in names)
        scale = gamma / np.sqrt(variance + np.float32(node.attr["epsilon"].f))
        factor = _add_constant(graph, f"{node.name}/scale", scale)
        summand = _add_constant(graph, f"{node.name}/shift", beta - mean * scale)
        product = graph.node.add(name=f"{node.name}/scaled", op="Mul", input=[features, factor])
        node.Clear()
        node.name, node.op = product.name.removesuffix("/scaled"), "AddV2"
        node.input.extend([product.name, summand])
        for added in (product, node):
            added.attr["T"].type = tf.float32.as_datatype_enum


def _constant(nodes: dict[str, Any], name: str) -> npt.NDArray[np.float32]:
    node = nodes[name]
    if node.op == "Identity":
        return _constant(nodes, node.input[0])
    values: npt.NDArray[np.float32] = tf.make_ndarray(node.attr["value"].tensor)
    return values


def _add_constant(graph: Any, name: str, values: npt.NDArray[np.float32]) -> str:
    node = graph.node.add(name=name, op="Const")
    node.attr["dtype"].type = tf.float32.as_datatype_enum
    node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(values))
    return name
