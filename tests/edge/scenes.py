"""Frames and footage for tests, made of photographs and plain colour."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

from edge.frame import Frame, Pixels

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def frame_of(pixels: Pixels, at: float = 0.0) -> Frame:
    """A frame `at` seconds after noon."""
    return Frame(
        av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24"), NOON + timedelta(seconds=at), at
    )


def photograph(path: Path) -> Pixels:
    """A photograph's pixels."""
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def shop(width: int = 1280, height: int = 720, seed: int = 0) -> Pixels:
    """An empty shop: a wall that gets darker, a floor, shelves with boxes of many colours."""
    random = np.random.default_rng(seed)
    scene = np.empty((height, width, 3), np.uint8)
    scene[: height * 2 // 3] = np.linspace(200, 150, height * 2 // 3).astype(np.uint8)[:, None, None]
    scene[height * 2 // 3 :] = (110, 95, 80)
    for _ in range(24):
        x, y = int(random.integers(0, width - 80)), int(random.integers(height // 4, height * 2 // 3))
        scene[y : y + int(random.integers(20, 60)), x : x + int(random.integers(20, 80))] = random.integers(30, 230, 3)
    return scene


def with_guest(scene: Pixels, guest: Pixels, left: int, height: int) -> Pixels:
    """A copy of the scene with a photograph of this height standing at its lower edge."""
    shown = Image.fromarray(guest)
    shown = shown.resize((round(shown.width * height / shown.height), height), Image.Resampling.BILINEAR)
    canvas = Image.fromarray(scene)
    canvas.paste(shown, (left, canvas.height - height))
    return np.asarray(canvas)


def write_video(path: Path, pictures: Sequence[Pixels], rate: int = 10) -> Path:
    """Footage of these pictures, `rate` a second."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=rate, options={"preset": "ultrafast", "tune": "zerolatency"})
        stream.pix_fmt = "yuv420p"
        stream.height, stream.width = pictures[0].shape[:2]
        for number, pixels in enumerate(pictures):
            image = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
            image.pts, image.time_base = number, Fraction(1, rate)
            out.mux(stream.encode(image))
        out.mux(stream.encode(None))
    return path
