"""Pixels of frames, in whatever form a camera gives them."""

import numpy as np
import pytest
from av import VideoFrame

from edge.frame import Frame
from tests.edge.scenes import NOON, shop

FORMS = ("yuv420p", "yuvj420p", "yuvj422p", "yuyv422", "nv12", "yuv420p10le", "rgb24", "bgra", "gray")


def frame(form: str) -> Frame:
    """An empty shop in this pixel format."""
    image = VideoFrame.from_ndarray(shop(640, 360), format="rgb24").reformat(format=form)
    return Frame(image, NOON, 0.0)


@pytest.mark.parametrize("form", FORMS)
def test_a_frame_shows_the_same_at_any_size_whatever_its_form(form: str) -> None:
    of = frame(form)
    whole, small = of.pixels("bgr24"), of.scaled(160, 90).pixels("bgr24")
    assert (whole.shape, small.shape) == ((360, 640, 3), (90, 160, 3))
    averaged = whole.reshape(90, 4, 160, 4, 3).mean(axis=(1, 3))
    assert np.abs(averaged - small).mean() < 3
    assert np.abs(of.luma(64, 36).astype(float) - of.scaled(160, 90).luma(64, 36)).mean() < 3


def test_brightness_is_averaged_and_so_never_leaves_the_range_of_the_pixels() -> None:
    """Bicubic scaling would swing over at an edge."""
    pixels = np.full((360, 640), 60, np.uint8)
    pixels[:, 325:] = 180
    luma = Frame(VideoFrame.from_ndarray(pixels, format="gray"), NOON, 0.0).luma(64, 36)
    assert (luma.min(), luma.max()) == (60, 180)


def test_a_frame_of_a_palette_is_scaled_too() -> None:
    places = np.zeros((360, 640), np.uint8)
    places[:, 320:] = 1
    colors = np.zeros((256, 4), np.uint8)
    colors[:2] = ((255, 255, 0, 0), (255, 0, 0, 255))  # alpha, red, green, blue
    image = VideoFrame.from_ndarray((places, colors), format="pal8")  # type: ignore[arg-type]
    small = Frame(image, NOON, 0.0).scaled(160, 90).pixels("rgb24")
    assert small[45, 20].tolist() == pytest.approx([255, 0, 0], abs=3)
    assert small[45, 140].tolist() == pytest.approx([0, 0, 255], abs=3)


def test_frames_of_many_sizes_are_scaled_one_after_the_other() -> None:
    sizes = [(32 + step, 18 + step) for step in range(40)]
    shown = [frame("yuv420p").scaled(*size).pixels("rgb24").shape for size in sizes * 2]
    assert shown == [(height, width, 3) for width, height in sizes * 2]
