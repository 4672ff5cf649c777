"""Raw outputs of an SSD over MobileNet with 300-pixel input (Liu et al. 2016; TensorFlow object detection API)."""

import numpy as np

from edge.gate.detections import Detections, Outputs
from edge.gate.preparation import Preparation
from vision.anchors import ssd_anchors
from vision.boxes import hard_nms
from vision.runtime import Network

CENTER_SCALE, SIZE_SCALE = 10.0, 5.0
OVERLAP = 0.5


class Ssd:
    """Box offsets [1917, 4] (ty, tx, th, tw) and logits [1, 1917, 1 + classes], background first."""

    def __init__(self, network: Network) -> None:
        self.preparation = Preparation(300, 300, np.float32, scale=(1 / 127.5,) * 3, shift=(-1.0,) * 3)
        self._boxes, self._logits = _outputs(network)
        self.classes = network.outputs[self._logits].shape[-1] - 1
        self._anchors = ssd_anchors()

    @staticmethod
    def fits(network: Network) -> bool:
        """Whether a network has these tensors."""
        return network.input.shape == (1, 300, 300, 3) and _outputs(network) != (-1, -1)

    def decode(self, outputs: Outputs, threshold: float) -> Detections:
        """Scores are the sigmoid of the logits; only anchors over the threshold are worked out."""
        logits = outputs[self._logits][0, :, 1:]
        best = logits.max(axis=1) if logits.shape[1] > 1 else logits[:, 0]
        likely = np.flatnonzero(best >= np.log(threshold / (1 - threshold)))
        anchors = self._anchors[likely]
        offsets = outputs[self._boxes].reshape(-1, 4)[likely]
        centers = offsets[:, :2] / CENTER_SCALE * anchors[:, 2:] + anchors[:, :2]
        halves = np.exp(offsets[:, 2:] / SIZE_SCALE) * anchors[:, 2:] / 2
        boxes = np.concatenate([centers - halves, centers + halves], axis=1)[:, [1, 0, 3, 2]]
        scores = 1 / (1 + np.exp(-best[likely]))
        kept = hard_nms(boxes, scores, OVERLAP)
        return Detections(boxes[kept], scores[kept], logits[likely].argmax(axis=1)[kept])


def _outputs(network: Network) -> tuple[int, int]:
    """Places of the box offsets and the logits; −1 for one that isn't there."""
    shapes = [tuple(n for n in output.shape if n != 1) for output in network.outputs]
    boxes = [place for place, shape in enumerate(shapes) if shape == (1917, 4)]
    logits = [place for place, shape in enumerate(shapes) if len(shape) == 2 and shape[0] == 1917 and shape[1] != 4]
    return (boxes[0], logits[0]) if len(boxes) == len(logits) == 1 else (-1, -1)
