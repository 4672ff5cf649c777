"""NanoDet (RangiLyu 2020): no anchors; a box is four distances, each a distribution (GFL, Li et al. 2020)."""

import numpy as np

from edge.gate.decoders.tensors import image_input
from edge.gate.detections import Detections, Outputs
from edge.gate.preparation import PerChannel, Preparation
from vision.boxes import hard_nms
from vision.runtime import FloatArray, Network

STRIDES = (8, 16, 32)
BINS = 11
"""A side's distance is a mean over 0…10 strides."""
PLACES_AND_ONES = np.stack([np.arange(BINS), np.ones(BINS)], axis=1).astype(np.float32)
"""What the shares of the bins are weighed with: for their mean, and for their sum."""
OVERLAP = 0.5
MEAN: PerChannel = (103.53, 116.28, 123.675)
DEVIATION: PerChannel = (57.375, 57.12, 58.395)
"""Of ImageNet's pixels, BGR."""


class NanoDet:
    """Scores [1, N] and distances [1, N, 44]: 11 logits for each of left, top, right, bottom of N cells."""

    def __init__(self, network: Network) -> None:
        height, width = network.input.shape[1:3]
        blue, green, red = ((-mean / deviation) for mean, deviation in zip(MEAN, DEVIATION, strict=True))
        self.preparation = Preparation(
            width,
            height,
            np.float32,
            scale=(1 / DEVIATION[0], 1 / DEVIATION[1], 1 / DEVIATION[2]),
            shift=(blue, green, red),
            channels="bgr24",
            keeps_aspect=True,
        )
        self._scores, self._distances = _outputs(network)
        self.classes = 1
        self._centers, self._steps = _cells(width, height)

    @staticmethod
    def fits(network: Network) -> bool:
        """Whether a network has these tensors."""
        return image_input(network) and network.input.dtype is np.float32 and _outputs(network) != (-1, -1)

    def decode(self, outputs: Outputs, threshold: float) -> Detections:
        """Only the distances of cells that score at least the threshold are worked out."""
        scores = outputs[self._scores][0]
        likely = np.flatnonzero(scores >= threshold)
        scores = scores[likely]
        logits = outputs[self._distances][0, likely].reshape(-1, BINS)
        sums = np.exp(logits - logits.max(axis=1, keepdims=True)) @ PLACES_AND_ONES
        means = (sums[:, 0] / sums[:, 1]).reshape(-1, 4)
        boxes = self._centers[likely] + means * self._steps[likely]
        kept = hard_nms(boxes, scores, OVERLAP)
        return Detections(boxes[kept], scores[kept], np.zeros(kept.size, np.intp))


def _outputs(network: Network) -> tuple[int, int]:
    """Places of scores and distances; −1 for one that isn't there."""
    height, width = network.input.shape[1:3]
    cells = sum((width // stride) * (height // stride) for stride in STRIDES)
    shapes = [output.shape for output in network.outputs]
    wanted = [(1, cells), (1, cells, 4 * BINS)]
    if sorted(shapes, key=len) != wanted:
        return -1, -1
    return shapes.index(wanted[0]), shapes.index(wanted[1])


def _cells(width: int, height: int) -> tuple[FloatArray, FloatArray]:
    """Of each of N cells in the order of the outputs, as shares of the input: its centre [N, 4], x, y twice, and how
    far a distance of one stride takes each side of a box from there [N, 4]."""
    centers, steps = [], []
    for stride in STRIDES:
        x, y = np.meshgrid(np.arange(width // stride), np.arange(height // stride))
        cells = np.stack([x.ravel(), y.ravel()], axis=1) * stride + (stride - 1) / 2
        centers.append(np.tile(cells, 2))
        steps.append(np.tile([-stride, -stride, stride, stride], (len(cells), 1)))
    size = [width, height] * 2
    return (np.concatenate(centers) / size).astype(np.float32), (np.concatenate(steps) / size).astype(np.float32)
