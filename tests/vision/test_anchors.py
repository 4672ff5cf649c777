"""Anchors: as many as the networks have outputs, and in the place the layout puts them."""

import numpy as np
import pytest

from vision.anchors import BLAZEFACE_BACK_STRIDES, blazeface_anchors, ssd_anchors


def test_ssd_anchors_start_and_end_where_the_frozen_graph_has_them() -> None:
    """Values of the graph's own constant `Concatenate/concat`, turned from corners to centre and size."""
    anchors = ssd_anchors()
    assert anchors.shape == (1917, 4)
    assert anchors[0] == pytest.approx([0.5 / 19, 0.5 / 19, 0.1, 0.1], abs=1e-6)
    assert anchors[1] == pytest.approx([0.5 / 19, 0.5 / 19, 0.14142136, 0.28284273], abs=1e-6)
    assert anchors[-1] == pytest.approx([0.5, 0.5, np.sqrt(0.95), np.sqrt(0.95)], abs=1e-6)


def test_blazeface_has_two_anchors_a_cell_at_stride_16_and_six_at_32() -> None:
    anchors = blazeface_anchors(256, BLAZEFACE_BACK_STRIDES)
    assert anchors.shape == (896, 2)
    cells, counts = np.unique(anchors, axis=0, return_counts=True)
    assert len(cells) == 16 * 16 + 8 * 8
    assert sorted(set(counts.tolist())) == [2, 6]
    assert anchors[:4].tolist() == [[1 / 32, 1 / 32]] * 2 + [[3 / 32, 1 / 32]] * 2
