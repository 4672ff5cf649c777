"""How well a face can be seen, and whether that is well enough to know it again."""

import numpy as np
from PIL import Image

from face_api.faces.face import HeadPose, Sharpness

REMEMBERED_FROM = 36.0
"""Pixels: under this size templates of one person no longer lie together (research, models.md)."""

_SHARP_EDGES = 12.0
_MOST_NOISE = 20.0
_TURNED_AWAY = 65.0
_MOST_BLUR = 0.95
_FULL_SIZE = 120.0


def sharpness(chip: Image.Image) -> Sharpness:
    """chip: an aligned RGB chip of 112 × 112 pixels.

    blur: from the mean strength of the Laplacian; noise: Immerkær, "Fast noise variance estimation", 1996; exposure:
    the mean luminance.
    """
    grey = np.asarray(chip.convert("L"), np.float32)
    neighbours = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:]
    diagonal = grey[:-2, :-2] + grey[:-2, 2:] + grey[2:, :-2] + grey[2:, 2:]
    edges = float(np.abs(neighbours - 4 * grey[1:-1, 1:-1]).mean())
    grain = float(np.abs(diagonal - 2 * neighbours + 4 * grey[1:-1, 1:-1]).mean())
    noise = np.sqrt(np.pi / 2) / 6 * grain
    return Sharpness(
        blur=float(np.clip(1 - edges / _SHARP_EDGES, 0, 1)),
        exposure=float(grey.mean() / 255),
        noise=float(np.clip(noise / _MOST_NOISE, 0, 1)),
    )


def recognition_quality(size: float, pose: HeadPose, seen: Sharpness) -> float:
    """How good a template of this face will be, 0 (not to be remembered) … 1. size: pixels."""
    if size < REMEMBERED_FROM or max(abs(pose.yaw), abs(pose.pitch)) > _TURNED_AWAY or seen.blur > _MOST_BLUR:
        return 0.0
    facing = np.cos(np.radians(pose.yaw)) * np.cos(np.radians(pose.pitch))
    lit = 1 - abs(seen.exposure - 0.5)
    return float(np.clip(min(1.0, size / _FULL_SIZE) * facing * lit * (1 - 0.5 * seen.blur), 0.01, 1))
