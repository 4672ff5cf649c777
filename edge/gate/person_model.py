"""The person model: a network, the decoder of its family, and its labels."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from edge.errors import ModelFailed, ModelRefused
from edge.frame import Pixels
from edge.gate.decoders.choose import decoder_for
from edge.gate.detections import Detections
from edge.gate.labels import fitted
from vision.errors import VisionError
from vision.runtime import Network

SMALL_INTEGERS = (np.int8, np.uint8, np.int16)


class PersonModel:
    """Finds objects of interest in pixels. Not safe for two threads at once."""

    def __init__(self, model: Path | bytes, labels: Sequence[str] | None = None) -> None:
        """model: a .tflite file or its content; labels: names of the classes as a label file has them, None without.

        Raises ModelRefused if the file is missing or corrupt, its tensors are of no known kind, or labels don't fit.
        """
        try:
            self._network = Network(model)
        except VisionError as error:
            raise ModelRefused(str(error)) from None
        self._decoder = decoder_for(self._network)
        if any(output.dtype in SMALL_INTEGERS and not output.scale for output in self._network.outputs):
            raise ModelRefused("the model's outputs are whole numbers without a scale")
        self._labels = tuple(label.casefold() for label in fitted(labels, self._decoder.classes))
        self.preparation = self._decoder.preparation

    def knows(self, objects: Sequence[str]) -> bool:
        """Whether any of the objects is among the labels, in whatever case."""
        return any(word.casefold() in self._labels for word in objects)

    def detect(self, pixels: Pixels, objects: Sequence[str], threshold: float) -> Detections:
        """The objects that score at least `threshold` in pixels as `preparation` wants them. Raises ModelFailed."""
        try:
            answers = self._network.run_in_place(lambda tensor: self.preparation.write(pixels, tensor))
            outputs = tuple(tensor.real(values) for tensor, values in zip(self._network.outputs, answers, strict=True))
            found = self._decoder.decode(outputs, threshold)
        except (ValueError, RuntimeError, IndexError, OverflowError) as error:
            raise ModelFailed(f"the model fails on a picture ({type(error).__name__})") from None
        words = {word.casefold() for word in objects}
        wanted = {place for place, label in enumerate(self._labels) if label in words}
        kept = np.array([place in wanted for place in found.classes.tolist()], bool)
        # Copies, whatever is kept: a decoder may give parts of the network's own arrays.
        return Detections(found.boxes[kept], found.scores[kept], found.classes[kept])
