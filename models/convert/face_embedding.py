"""HSE FaceRes (MobileNet v1): a face's embedding and age, from a TensorFlow.js graph model."""

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from google.protobuf import json_format

from models.convert.int8 import with_int8_convolutions
from models.convert.tfjs import read_weights

INPUT, OUTPUTS = "input_1", ["global_pooling/Mean", "age_pred/Softmax"]
# TensorFlow.js folds bias and activation into the node before them; TFLite's converter wants them apart.
UNFUSED = {"_FusedMatMul": ("MatMul", ("transpose_a", "transpose_b"))}


def convert(model: Path) -> bytes:
    """From a face [1, 224, 224, 3] (BGR minus the VGGFace2 mean) to embedding [1, 1024] and age softmax [1, 100].

    Convolutions are rounded to 8 bits: a template moves by 0.07, a pair's distance by 0.004 (docs/models.md). The
    graph's third output, gender, is left out: `face_gender.onnx` is the better one.
    """
    described = json.loads(model.read_text("utf-8"))
    graph = _graph(described["modelTopology"]["node"], read_weights(described["weightsManifest"], model.parent))
    with tempfile.NamedTemporaryFile(suffix=".pb") as frozen:
        frozen.write(graph.SerializeToString(deterministic=True))
        frozen.flush()
        converter = tf.compat.v1.lite.TFLiteConverter.from_frozen_graph(
            frozen.name, [INPUT], OUTPUTS, input_shapes={INPUT: [1, 224, 224, 3]}
        )
        return with_int8_convolutions(converter.convert())


def _graph(nodes: list[dict[str, Any]], weights: dict[str, np.ndarray[Any, Any]]) -> Any:
    graph = tf.compat.v1.GraphDef()
    for described in nodes:
        if described["name"] in weights:
            _add_constant(graph, described["name"], weights[described["name"]])
            continue
        node = json_format.ParseDict(described, tf.compat.v1.NodeDef(), ignore_unknown_fields=True)
        if node.op in UNFUSED:
            _add_unfused(graph, node)
        else:
            graph.node.append(node)
    return graph


def _add_constant(graph: Any, name: str, values: np.ndarray[Any, Any]) -> None:
    node = graph.node.add(name=name, op="Const")
    node.attr["dtype"].type = tf.as_dtype(values.dtype).as_datatype_enum
    node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(values))


def _add_unfused(graph: Any, fused: Any) -> None:
    """Add the operation, then its bias and activations one by one; the last carries the fused node's name."""
    operation, attributes = UNFUSED[fused.op]
    steps = [kind.decode() for kind in fused.attr["fused_ops"].list.s]
    names = [f"{fused.name}/step{number}" for number in range(len(steps))] + [fused.name]
    inputs = list(fused.input)
    base = graph.node.add(name=names[0], op=operation, input=inputs[:2])
    for attribute in attributes:
        if attribute in fused.attr:
            base.attr[attribute].CopyFrom(fused.attr[attribute])
    added = [base]
    for name, step in zip(names[1:], steps, strict=True):
        before = added[-1].name
        if step == "BiasAdd":
            added.append(graph.node.add(name=name, op="AddV2", input=[before, inputs[2]]))
        else:
            added.append(graph.node.add(name=name, op=step, input=[before]))
    for node in added:
        node.attr["T"].type = tf.float32.as_datatype_enum
