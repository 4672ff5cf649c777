"""Tiny TFLite models of every family: one input, and outputs that always say the same."""

from collections.abc import Mapping
from typing import Any

import flatbuffers  # type: ignore[import-untyped]
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

Array = NDArray[Any]
TYPES = {
    np.dtype(np.float32): schema.TensorType.FLOAT32,
    np.dtype(np.uint8): schema.TensorType.UINT8,
    np.dtype(np.int8): schema.TensorType.INT8,
    np.dtype(np.int32): schema.TensorType.INT32,
}


def constant_model(
    input_shape: tuple[int, ...], outputs: Mapping[str, Array], quantized: tuple[float, int] | None = None
) -> bytes:
    """A .tflite file whose outputs are these, whatever it is shown; quantized: their scale and zero point."""
    model = schema.ModelT()
    model.version, model.operatorCodes = 3, []
    model.buffers = [schema.BufferT(), *(_buffer(values) for values in outputs.values())]
    graph = schema.SubGraphT()
    graph.tensors = [
        _tensor("image", input_shape, 0, np.dtype(np.float32), None),
        *(
            _tensor(name, values.shape, place, values.dtype, quantized)
            for place, (name, values) in enumerate(outputs.items(), start=1)
        ),
    ]
    graph.inputs, graph.outputs, graph.operators = [0], list(range(1, len(outputs) + 1)), []
    model.subgraphs = [graph]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _buffer(values: Array) -> object:
    buffer = schema.BufferT()
    buffer.data = np.frombuffer(np.ascontiguousarray(values).tobytes(), np.uint8)
    return buffer


def _tensor(
    name: str, shape: tuple[int, ...], buffer: int, dtype: np.dtype[Any], quantized: tuple[float, int] | None
) -> object:
    tensor = schema.TensorT()
    tensor.name, tensor.shape = name.encode(), list(shape)
    tensor.type, tensor.buffer = TYPES[dtype], buffer
    if quantized:
        tensor.quantization = schema.QuantizationParametersT()
        tensor.quantization.scale, tensor.quantization.zeroPoint = [quantized[0]], [quantized[1]]
    return tensor
