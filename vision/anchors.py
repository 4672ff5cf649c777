"""Anchors of single-shot detectors, worked out from their published layout: nothing to ship beside the weights."""

from collections.abc import Sequence

import numpy as np

from vision.runtime import FloatArray

# SSD over MobileNet at 300 pixels (TensorFlow object detection API, `ssd_anchor_generator`).
SSD_GRIDS = (19, 10, 5, 3, 2, 1)
SSD_SCALES = (0.2, 0.35, 0.5, 0.65, 0.8, 0.95, 1.0)
SSD_RATIOS = (1.0, 2.0, 0.5, 3.0, 0.3333)
# BlazeFace "back" at 256 pixels (MediaPipe, face_detection_back graph): strides of its four output layers.
BLAZEFACE_BACK_STRIDES = (16, 32, 32, 32)


def ssd_anchors() -> FloatArray:
    """[1917, 4] float32: centre y, centre x, height, width as shares of the picture, in the order of the outputs."""
    layers = []
    for number, grid in enumerate(SSD_GRIDS):
        scale, following = SSD_SCALES[number], SSD_SCALES[number + 1]
        if number == 0:  # "reduce_boxes_in_lowest_layer"
            shapes = [(0.1, 1.0), (scale, 2.0), (scale, 0.5)]
        else:
            shapes = [(scale, ratio) for ratio in SSD_RATIOS] + [(float(np.sqrt(scale * following)), 1.0)]
        sizes = np.array([(size / np.sqrt(ratio), size * np.sqrt(ratio)) for size, ratio in shapes])
        centers = np.repeat(_centers(grid, grid)[:, ::-1] / grid, len(shapes), axis=0)
        layers.append(np.concatenate([centers, np.tile(sizes, (grid * grid, 1))], axis=1))
    return np.concatenate(layers).astype(np.float32)


def blazeface_anchors(width: int, height: int, strides: Sequence[int], per_layer: int = 2) -> FloatArray:
    """[N, 2] float32: centres x, y in pixels of a width × height input, in the order of the outputs.

    Neighbouring layers of one stride share their cells, so a cell has per_layer anchors for each of them. All anchors
    are of one size, so only the centres matter (896 of them for `back` at 256 × 256). The sides are multiples of the
    strides.
    """
    centers = []
    for stride in sorted(set(strides)):
        per_cell = per_layer * strides.count(stride)
        centers.append(np.repeat(_centers(width // stride, height // stride) * stride, per_cell, axis=0))
    return np.concatenate(centers).astype(np.float32)


def _centers(columns: int, rows: int) -> FloatArray:
    """[columns · rows, 2] cell centres x, y, row by row, a cell being of size 1."""
    x, y = np.meshgrid(np.arange(columns) + 0.5, np.arange(rows) + 0.5)
    return np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float64)
