"""The one place that knows which TFLite runtime is installed.

ai-edge-litert has wheels for x86_64 and aarch64; tflite-runtime has them for armv7l, with numpy 1 only. Both have the
same Interpreter.
"""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from vision.errors import ModelMissingError, UnusableModelError

try:
    from ai_edge_litert.interpreter import Interpreter
except ImportError:
    from tflite_runtime.interpreter import Interpreter

_one_at_a_time = threading.Lock()
FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Tensor:
    """A network's input or output: its place in the interpreter, its shape and element type as in the file.

    Whole numbers q of a quantised tensor stand for (q − zero) × scale; without quantisation the scale is 0.
    """

    index: int
    name: str
    shape: tuple[int, ...]
    dtype: type[np.generic]
    scale: float = 0.0
    zero: int = 0

    def real(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The numbers that the tensor's values stand for."""
        return (values.astype(np.float32) - np.float32(self.zero)) * np.float32(self.scale) if self.scale else values


class Network:
    """A TFLite model with one input, loaded and ready. Not safe for two threads at once: load one per thread."""

    def __init__(self, model: Path | bytes, threads: int = 1) -> None:
        """model: the file's path, or its content.

        Raises ModelMissingError if there is no such file, UnusableModelError if it isn't a whole TFLite model.
        """
        self._interpreter = _load(model, threads)
        inputs, outputs = self._interpreter.get_input_details(), self._interpreter.get_output_details()
        if len(inputs) != 1 or not outputs:
            raise UnusableModelError(f"the model has {len(inputs)} inputs and {len(outputs)} outputs: not one and some")
        self.input = _tensor(inputs[0])
        self.outputs = tuple(_tensor(details) for details in outputs)
        self._shape = self.input.shape

    def run(self, batch: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], ...]:
        """The outputs, in the order of `outputs`, for a batch [N, …] of the input's element type.

        Its shape may differ from the one before: the network is resized, which costs up to a run. How many pictures
        there are may always differ, their height and width where the network is nothing but convolutions.
        """
        self._resize(batch.shape)
        self._interpreter.set_tensor(self.input.index, batch)
        self._interpreter.invoke()
        return tuple(self._interpreter.get_tensor(output.index) for output in self.outputs)

    def run_in_place(self, write: Callable[[npt.NDArray[Any]], None]) -> tuple[npt.NDArray[Any], ...]:
        """The outputs for what `write` puts into the input itself, an array of its shape and type: spares copies.

        Neither array may be kept: while one is, the runtime refuses the next run.
        """
        self._resize(self.input.shape)
        write(self._interpreter.tensor(self.input.index)())
        self._interpreter.invoke()
        return tuple(self._interpreter.tensor(output.index)() for output in self.outputs)

    def output_position(self, *last_axes: int) -> int:
        """Where in `outputs` the only one stands whose shape ends in these axes, as models.md names outputs by shape.

        Raises UnusableModelError if none or several do.
        """
        found = [place for place, output in enumerate(self.outputs) if output.shape[-len(last_axes) :] == last_axes]
        if len(found) != 1:
            shapes = ", ".join(str(list(output.shape)) for output in self.outputs)
            raise UnusableModelError(f"the model must have one output ending in {list(last_axes)}; it has {shapes}")
        return found[0]

    def _resize(self, shape: tuple[int, ...]) -> None:
        if shape != self._shape:
            self._interpreter.resize_tensor_input(self.input.index, shape)
            self._interpreter.allocate_tensors()
            self._shape = shape


def _load(model: Path | bytes, threads: int) -> Any:
    if isinstance(model, Path) and not model.is_file():
        raise ModelMissingError(f"there is no model {model}: run `make models`, or set MODELS_DIR to where it is")
    source = {"model_path": str(model)} if isinstance(model, Path) else {"model_content": model}
    try:
        with _greeting_unheard():
            interpreter = Interpreter(num_threads=threads, **source)
            interpreter.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        named = f"{model} is" if isinstance(model, Path) else "these bytes are"
        raise UnusableModelError(f"{named} not a TFLite model that this runtime can load") from error
    return interpreter


@contextmanager
def _greeting_unheard() -> Iterator[None]:
    """Keep the line with which the native runtime greets out of stderr, where every line is a log line of ours.

    What it says of a model that it cannot load comes as an exception too, so nothing is lost.
    """
    with _one_at_a_time, Path(os.devnull).open("wb") as nowhere:
        stderr = os.dup(2)
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)


def _tensor(details: dict[str, Any]) -> Tensor:
    shape = tuple(int(n) for n in details["shape"])
    scale, zero = details["quantization"]
    return Tensor(details["index"], details["name"], shape, details["dtype"], float(scale), int(zero))
