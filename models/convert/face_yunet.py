"""YuNet: its pictures' height and width made free, so that one file looks at pictures of any size."""

from pathlib import Path

import onnx


def convert(model: Path) -> bytes:
    """From a picture [1, 3, H, W] (BGR 0…255, H and W multiples of 32) to scores, boxes and points a cell.

    The network is nothing but convolutions and reshapes that follow their input; only the shapes that the file
    declares are those of 640 × 640.
    """
    described = onnx.load(model)
    graph = described.graph
    del graph.value_info[:]
    (picture,) = graph.input
    for axis, name in ((2, "height"), (3, "width")):
        picture.type.tensor_type.shape.dim[axis].dim_param = name
    for output in graph.output:
        output.type.tensor_type.shape.dim[1].dim_param = f"cells_of_{output.name}"
    onnx.checker.check_model(described, full_check=True)
    converted: bytes = described.SerializeToString(deterministic=True)
    return converted
