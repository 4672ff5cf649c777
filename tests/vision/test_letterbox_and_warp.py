"""Pictures onto canvases and into squares, and back: a point stays the same point."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from vision.letterbox import letterbox
from vision.warp import warp


@given(st.integers(1, 700), st.integers(1, 700), st.sampled_from([64, 96, 160]))
def test_a_letterboxed_corner_maps_back_to_the_picture_corner(width: int, height: int, side: int) -> None:
    canvas, place = letterbox(Image.new("RGB", (width, height), (9, 9, 9)), side)
    assert canvas.shape == (side, side, 3)
    assert max(place.width, place.height) == side
    corners = np.array([[place.left, place.top], [place.left + place.width, place.top + place.height]])
    assert place.to_picture(corners) == pytest.approx(np.array([[0, 0], [width, height]]))


def test_the_picture_lies_in_the_middle_and_the_rest_is_black() -> None:
    canvas, _ = letterbox(Image.new("RGB", (200, 50), (255, 255, 255)), 64)
    assert canvas[:24].max() == canvas[40:].max() == 0
    assert canvas[24:40].min() == 255


@pytest.mark.parametrize("scale", [0.5, 1.0, 4.0])
def test_a_warp_shows_what_lies_under_the_square(scale: float) -> None:
    """A white disc at (300, 200): the square around it, turned and scaled, has it in the middle."""
    ys, xs = np.mgrid[0:400, 0:600]
    disc = np.hypot(xs + 0.5 - 300, ys + 0.5 - 200) < 12 * scale
    picture = Image.fromarray(np.repeat((disc * 255).astype(np.uint8)[..., None], 3, axis=2))
    turn = scale * np.array([[np.cos(0.4), -np.sin(0.4)], [np.sin(0.4), np.cos(0.4)]])
    matrix = np.column_stack([turn, np.array([300, 200]) - turn @ [24, 24]])
    seen = np.asarray(warp(picture, matrix, 48), np.float64)[..., 0]
    ys, xs = np.mgrid[0:48, 0:48] + 0.5
    assert (seen * xs).sum() / seen.sum() == pytest.approx(24, abs=0.3)
    assert (seen * ys).sum() / seen.sum() == pytest.approx(24, abs=0.3)
    assert (seen > 127).sum() == pytest.approx(np.pi * 12**2, rel=0.06)
