"""Classifiers, such as Custom Vision's: they say what a picture shows, not where."""

import numpy as np

from edge.frame import Channels
from edge.gate.decoders.tensors import image_input
from edge.gate.detections import Detections, Outputs
from edge.gate.preparation import Preparation
from vision.runtime import Network

WHOLE = np.array([0.0, 0.0, 1.0, 1.0], np.float32)


class Classification:
    """One output [1, classes] of shares (Custom Vision's domain is not in the tensors: compact ones want BGR)."""

    def __init__(self, network: Network) -> None:
        height, width = network.input.shape[1:3]
        channels: Channels = "bgr24" if width in BLUE_FIRST_SIDES else "rgb24"
        self.preparation = Preparation(width, height, network.input.dtype, channels=channels)
        self.classes = network.outputs[0].shape[1]

    @staticmethod
    def fits(network: Network) -> bool:
        """Whether a network has this tensor."""
        shape = network.outputs[0].shape
        return image_input(network) and len(network.outputs) == 1 and len(shape) == 2 and shape[0] == 1

    def decode(self, outputs: Outputs, threshold: float) -> Detections:
        """A class over the threshold is seen in the whole picture."""
        scores = outputs[0][0]
        likely = np.flatnonzero(scores >= threshold)
        return Detections(np.tile(WHOLE, (likely.size, 1)), scores[likely], likely)


BLUE_FIRST_SIDES = frozenset((224, 227))
"""Input sides of Custom Vision's General (compact) classifiers; [S1] ones have 300."""
