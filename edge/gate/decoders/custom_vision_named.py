"""Custom Vision object detection, domain General [S1]: outputs with names, overlaps already suppressed."""

import numpy as np

from edge.gate.decoders.tensors import image_input, place_of
from edge.gate.detections import Detections, Outputs
from edge.gate.preparation import Preparation
from vision.runtime import Network

NAMES = ("detected_boxes", "detected_scores", "detected_classes")


class CustomVisionNamed:
    """detected_boxes [N, 4] (x1 y1 x2 y2), detected_scores [N], detected_classes [N]; input RGB 0…255."""

    def __init__(self, network: Network) -> None:
        height, width = network.input.shape[1:3]
        self.preparation = Preparation(width, height, network.input.dtype)
        self.classes: int | None = None
        self._boxes, self._scores, self._classes = (place_of(network, name) for name in NAMES)

    @staticmethod
    def fits(network: Network) -> bool:
        """Whether a network has these tensors."""
        return image_input(network) and -1 not in [place_of(network, name) for name in NAMES]

    def decode(self, outputs: Outputs, threshold: float) -> Detections:
        """Everything over the threshold."""
        scores = outputs[self._scores].reshape(-1)
        kept = scores >= threshold
        classes = outputs[self._classes].reshape(-1)[kept].astype(np.intp)
        return Detections(outputs[self._boxes].reshape(-1, 4)[kept], scores[kept], classes)
