"""An ONNX model, loaded and ready."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime

from vision.errors import ModelMissingError, UnusableModelError

_PROVIDERS = [("CPUExecutionProvider", {"arena_extend_strategy": "kSameAsRequested"})]
"""By default it would take twice as much memory with every step."""


class OnnxNetwork:
    """A model with one input. Runs may take turns on several threads."""

    def __init__(self, path: Path, threads: int = 1) -> None:
        """path: the .onnx file. Raises ModelMissingError or UnusableModelError."""
        if not path.is_file():
            raise ModelMissingError(f"there is no model {path}: run `make models`, or set MODELS_DIR to where it is")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 4
        # A plan for each shape of input is kept as long as the session, and pictures have any shape.
        options.enable_mem_pattern = False
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=_PROVIDERS)
        except Exception as error:
            raise UnusableModelError(f"{path} is not an ONNX model that this runtime can load") from error
        inputs = self._session.get_inputs()
        if len(inputs) != 1:
            raise UnusableModelError(f"{path} has {len(inputs)} inputs, not one")
        self._input = inputs[0].name
        self.outputs = tuple(output.name for output in self._session.get_outputs())

    def run(self, batch: npt.NDArray[np.float32]) -> list[npt.NDArray[Any]]:
        """The outputs, in the order of `outputs`, for a contiguous float32 batch [N, C, H, W]."""
        return list(self._session.run(None, {self._input: batch}))
