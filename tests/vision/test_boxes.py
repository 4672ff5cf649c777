"""Boxes: suppression against the plainest way to write it, on boxes that hypothesis makes up."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.boxes import Array, Box, Point, containment, hard_nms, iou, weighted_nms

edge = st.integers(0, 20)
boxes_with_scores = st.lists(st.tuples(edge, edge, edge, edge, st.integers(1, 20)), max_size=12)


def arrays(rows: list[tuple[int, ...]]) -> tuple[Array, Array]:
    table = np.array(rows, np.float64).reshape(-1, 5)
    low, high = np.minimum(table[:, :2], table[:, 2:4]), np.maximum(table[:, :2], table[:, 2:4])
    return np.concatenate([low, high], axis=1), table[:, 4] / 20


def naive_iou(a: Array, b: Array) -> float:
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    shared = max(width, 0) * max(height, 0)
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared
    return float(shared / union) if union > 0 else 0.0


def naive_order(scores: Array) -> list[int]:
    return sorted(range(len(scores)), key=lambda place: -scores[place])


@given(boxes_with_scores)
def test_iou_is_what_the_definition_says(rows: list[tuple[int, ...]]) -> None:
    boxes, _ = arrays(rows)
    for box in boxes:
        assert iou(box, boxes) == pytest.approx([naive_iou(box, other) for other in boxes])


@given(boxes_with_scores, st.sampled_from([0.1, 0.3, 0.5, 0.9]))
def test_hard_nms_keeps_what_the_naive_loop_keeps(rows: list[tuple[int, ...]], threshold: float) -> None:
    boxes, scores = arrays(rows)
    kept: list[int] = []
    for place in naive_order(scores):
        if all(naive_iou(boxes[place], boxes[better]) <= threshold for better in kept):
            kept.append(place)
    assert hard_nms(boxes, scores, threshold).tolist() == kept


@given(boxes_with_scores, st.sampled_from([0.1, 0.3, 0.5, 0.9]))
def test_weighted_nms_averages_the_groups_that_the_naive_loop_makes(
    rows: list[tuple[int, ...]], threshold: float
) -> None:
    boxes, scores = arrays(rows)
    left, expected = naive_order(scores), []
    while left:
        best = left[0]
        group = [place for place in left if place == best or naive_iou(boxes[best], boxes[place]) > threshold]
        weights = scores[group]
        expected.append(((boxes[group] * weights[:, None]).sum(axis=0) / weights.sum(), scores[best]))
        left = [place for place in left if place not in group]
    merged, best_scores = weighted_nms(boxes, scores, threshold)
    assert len(merged) == len(expected)
    for row, score, (naive_row, naive_score) in zip(merged, best_scores, expected, strict=True):
        assert row == pytest.approx(naive_row)
        assert score == naive_score


def test_a_box_inside_another_is_contained_whole_however_small() -> None:
    boxes = np.array([[0.0, 0, 100, 100], [10, 10, 12, 12], [99, 0, 101, 10]])
    assert containment(boxes[0], boxes) == pytest.approx([1.0, 1.0, 0.5])


def test_a_box_knows_its_measures_and_where_it_lies() -> None:
    box = Box(-10, 5, 30, 25)
    assert (box.width, box.height, box.area, box.center) == (40, 20, 800, Point(10, 15))
    assert box.clipped(20, 20) == Box(0, 5, 20, 20)
    assert box.clipped(20, 3).area == 0
    assert box.grown(0.5) == Box(-30, -5, 50, 35)
