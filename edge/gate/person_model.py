"""The person model: a network, the decoder of its family, and its labels."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from edge.errors import ModelRefused
from edge.frame import Pixels
from edge.gate.decoders.choose import decoder_for
from edge.gate.detections import Detections
from vision.errors import VisionError
from vision.runtime import Network

DEFAULT_LABELS = ("person",)


class PersonModel:
    """Finds objects of interest in RGB pixels. Not safe for two threads at once."""

    def __init__(self, model: Path | bytes, labels: Sequence[str] = DEFAULT_LABELS) -> None:
        """model: a .tflite file or its content; labels: names of the classes in the model's order.

        Raises ModelRefused if the file is missing or corrupt, or its tensors are of no known kind.
        """
        try:
            self._network = Network(model)
        except VisionError as error:
            raise ModelRefused(str(error)) from None
        self._decoder = decoder_for(self._network)
        self._labels = tuple(labels)
        self.width = self._decoder.preparation.width
        self.height = self._decoder.preparation.height

    def knows(self, objects: Sequence[str]) -> bool:
        """Whether any of the objects is among the labels."""
        return not set(self._labels).isdisjoint(objects)

    def detect(self, rgb: Pixels, objects: Sequence[str], threshold: float) -> Detections:
        """The objects that score at least `threshold` in pixels of exactly width × height."""
        outputs = self._network.run(self._decoder.preparation.tensor(rgb))
        found = self._decoder.decode(outputs, threshold)
        wanted = [place for place, label in enumerate(self._labels) if label in objects]
        kept = np.isin(found.classes, wanted)
        return found if kept.all() else Detections(found.boxes[kept], found.scores[kept], found.classes[kept])
