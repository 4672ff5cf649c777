"""Detectors whose graph ends in TFLite_Detection_PostProcess (TensorFlow object detection API, versions 1 and 2)."""

import numpy as np

from edge.gate.decoders.tensors import image_input, place_of
from edge.gate.detections import Detections, Outputs
from edge.gate.preparation import Preparation
from vision.runtime import Network

NAMES = (
    ("TFLite_Detection_PostProcess:1", "TFLite_Detection_PostProcess:2"),
    ("StatefulPartitionedCall:2", "StatefulPartitionedCall:1"),
    ("classes", "scores"),
)
"""What the outputs for classes and scores are called by version 1, by version 2, and by whoever renamed them."""


class PostProcessed:
    """Boxes [1, N, 4] (ymin, xmin, ymax, xmax), classes [1, N], scores [1, N], count [1].

    Classes and scores have one shape, so only names tell them apart: version 1 numbers them 1 and 2, version 2
    the other way round.
    """

    def __init__(self, network: Network) -> None:
        height, width = network.input.shape[1:3]
        floats = network.input.dtype is not np.uint8
        scale, shift = (1 / 127.5, -1.0) if floats else (1.0, 0.0)
        self.preparation = Preparation(width, height, network.input.dtype, (scale,) * 3, (shift,) * 3)
        self.classes: int | None = None
        self._boxes, self._classes, self._scores, self._count = _outputs(network)

    @staticmethod
    def fits(network: Network) -> bool:
        """Whether a network has these tensors."""
        return image_input(network) and -1 not in _outputs(network)

    def decode(self, outputs: Outputs, threshold: float) -> Detections:
        """The graph has suppressed overlaps itself; `count` of its rows are real."""
        count = int(outputs[self._count].item())
        scores = outputs[self._scores][0, :count]
        kept = scores >= threshold
        boxes = outputs[self._boxes][0, :count][kept][:, [1, 0, 3, 2]]
        return Detections(boxes, scores[kept], outputs[self._classes][0, :count][kept].astype(np.intp))


def _outputs(network: Network) -> tuple[int, int, int, int]:
    """Places of boxes, classes, scores and count; −1 for what isn't there."""
    boxes = [place for place, out in enumerate(network.outputs) if len(out.shape) == 3 and out.shape[-1] == 4]
    count = [place for place, out in enumerate(network.outputs) if out.shape == (1,)]
    if (len(boxes), len(count), len(network.outputs)) != (1, 1, 4):
        return -1, -1, -1, -1
    for classes, scores in NAMES:
        if -1 not in (place_of(network, classes), place_of(network, scores)):
            return boxes[0], place_of(network, classes), place_of(network, scores), count[0]
    return -1, -1, -1, -1
