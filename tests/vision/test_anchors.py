"""Anchors: as many as the networks have outputs, and in the place the layout puts them."""

import numpy as np
import pytest

from vision.anchors import BLAZEFACE_BACK_STRIDES, blazeface_anchors, ssd_anchors

# Corners y1, x1, y2, x2 of some anchors as the frozen graph itself works them out (its node `Concatenate/concat`): the
# first of each layer, each shape of the first two layers, and the last of all.
IN_THE_GRAPH = {
    0: (-0.023684, -0.023684, 0.076316, 0.076316),
    1: (-0.044395, -0.115106, 0.097026, 0.167737),
    2: (-0.115106, -0.044395, 0.167737, 0.097026),
    1082: (0.832263, 0.902974, 1.115106, 1.044395),
    1083: (-0.125, -0.125, 0.225, 0.225),
    1084: (-0.073744, -0.197487, 0.173744, 0.297487),
    1085: (-0.197487, -0.073744, 0.297487, 0.173744),
    1086: (-0.051036, -0.253109, 0.151036, 0.353109),
    1087: (-0.253124, -0.051031, 0.353124, 0.151031),
    1088: (-0.159165, -0.159165, 0.259165, 0.259165),
    1683: (-0.15, -0.15, 0.35, 0.35),
    1833: (-0.158333, -0.158333, 0.491667, 0.491667),
    1887: (-0.15, -0.15, 0.65, 0.65),
    1911: (0.025, 0.025, 0.975, 0.975),
    1916: (0.01266, 0.01266, 0.98734, 0.98734),
}
MEANS_IN_THE_GRAPH = (0.35170382, 0.35170546, 0.64829695, 0.64829475)


def test_ssd_anchors_are_those_of_the_frozen_graph() -> None:
    centers, sizes = np.split(ssd_anchors().astype(np.float64), 2, axis=1)
    corners = np.concatenate([centers - sizes / 2, centers + sizes / 2], axis=1)
    assert corners.shape == (1917, 4)
    for place, expected in IN_THE_GRAPH.items():
        assert corners[place] == pytest.approx(expected, abs=1e-6)
    assert corners.mean(axis=0) == pytest.approx(MEANS_IN_THE_GRAPH, abs=1e-6)


def test_blazeface_has_two_anchors_a_cell_at_stride_16_and_six_at_32() -> None:
    anchors = blazeface_anchors(256, 256, BLAZEFACE_BACK_STRIDES)
    assert anchors.shape == (896, 2)
    cells, counts = np.unique(anchors, axis=0, return_counts=True)
    assert len(cells) == 16 * 16 + 8 * 8
    assert sorted(set(counts.tolist())) == [2, 6]
    assert anchors[:4].tolist() == [[8, 8]] * 2 + [[24, 8]] * 2


def test_an_oblong_input_has_anchors_row_by_row() -> None:
    anchors = blazeface_anchors(96, 32, BLAZEFACE_BACK_STRIDES)
    assert anchors.shape == (6 * 2 * 2 + 3 * 1 * 6, 2)
    assert anchors[::2][:12].tolist() == [[x, y] for y in (8, 24) for x in (8, 24, 40, 56, 72, 88)]
    assert anchors[24:][::6].tolist() == [[16, 16], [48, 16], [80, 16]]
