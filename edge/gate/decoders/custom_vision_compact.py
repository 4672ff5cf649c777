"""Custom Vision object detection, domain General (compact): the raw grid of a YOLOv2 (Redmon and Farhadi 2017)."""

import numpy as np

from edge.gate.decoders.tensors import image_input
from edge.gate.detections import Detections, Outputs
from edge.gate.preparation import Preparation
from vision.boxes import Array, hard_nms
from vision.runtime import Network

ANCHORS = np.array([(0.573, 0.677), (1.87, 2.06), (3.34, 5.47), (7.88, 3.53), (9.77, 9.17)], np.float32)
"""Widths and heights of the five anchors in grid cells."""
OVERLAP = 0.45


class CustomVisionCompact:
    """One output [1, grid, grid, 5 × (5 + classes)]: x, y, w, h, objectness, class logits; input BGR 0…255."""

    def __init__(self, network: Network) -> None:
        height, width = network.input.shape[1:3]
        self.preparation = Preparation(width, height, network.input.dtype, channels="bgr24")
        self.classes = network.outputs[0].shape[3] // len(ANCHORS) - 5

    @staticmethod
    def fits(network: Network) -> bool:
        """Whether a network has this tensor."""
        shape = network.outputs[0].shape
        return (
            image_input(network)
            and len(network.outputs) == 1
            and len(shape) == 4
            and shape[1] == network.input.shape[1] // 32
            and shape[2] == network.input.shape[2] // 32
            and shape[3] % len(ANCHORS) == 0
            and shape[3] // len(ANCHORS) > 5
        )

    def decode(self, outputs: Outputs, threshold: float) -> Detections:
        """A score is objectness × the class's share; the best class of each anchor counts."""
        rows, columns = outputs[0].shape[1:3]
        grid = outputs[0][0].reshape(rows, columns, len(ANCHORS), -1).astype(np.float64)
        classes = np.exp(grid[..., 5:] - grid[..., 5:].max(axis=-1, keepdims=True))
        shares = classes / classes.sum(axis=-1, keepdims=True)
        scores = _logistic(grid[..., 4]) * shares.max(axis=-1)
        row, column, anchor = np.nonzero(scores >= threshold)
        likely, scores = grid[row, column, anchor], scores[row, column, anchor]
        centers = (_logistic(likely[:, :2]) + np.stack([column, row], axis=1)) / [columns, rows]
        halves = np.exp(likely[:, 2:4]) * ANCHORS[anchor] / [columns, rows] / 2
        boxes = np.concatenate([centers - halves, centers + halves], axis=1)
        kept = hard_nms(boxes, scores, OVERLAP)
        return Detections(boxes[kept], scores[kept], shares[row, column, anchor].argmax(axis=-1)[kept])


def _logistic(values: Array) -> Array:
    logistic: Array = 1 / (1 + np.exp(-values))
    return logistic
