"""Tiny TFLite models of every family: one input, and outputs that always say the same."""

from collections.abc import Mapping

import flatbuffers  # type: ignore[import-untyped]
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

Array = NDArray[np.float32]


def constant_model(input_shape: tuple[int, ...], outputs: Mapping[str, Array]) -> bytes:
    """A .tflite file with float32 tensors whose outputs are these, whatever it is shown."""
    model = schema.ModelT()
    model.version, model.operatorCodes = 3, []
    model.buffers = [schema.BufferT(), *(_buffer(values) for values in outputs.values())]
    graph = schema.SubGraphT()
    shapes = {"image": input_shape, **{name: values.shape for name, values in outputs.items()}}
    graph.tensors = [_tensor(name, shape, place) for place, (name, shape) in enumerate(shapes.items())]
    graph.inputs, graph.outputs, graph.operators = [0], list(range(1, len(shapes))), []
    model.subgraphs = [graph]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _buffer(values: Array) -> object:
    buffer = schema.BufferT()
    buffer.data = np.frombuffer(np.ascontiguousarray(values, np.float32).tobytes(), np.uint8)
    return buffer


def _tensor(name: str, shape: tuple[int, ...], buffer: int) -> object:
    tensor = schema.TensorT()
    tensor.name, tensor.shape = name.encode(), list(shape)
    tensor.type, tensor.buffer = schema.TensorType.FLOAT32, buffer
    return tensor
