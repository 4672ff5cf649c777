"""A folder of pictures, or a single one, shown one a second like a slow camera."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from av import VideoFrame
from PIL import Image, ImageOps, UnidentifiedImageError

from edge.camera.source import Shown
from edge.errors import SourceUnusable

SUFFIXES = frozenset((".jpg", ".jpeg", ".png", ".bmp", ".webp"))
SECONDS_EACH = 1.0
Image.MAX_IMAGE_PIXELS = 100_000_000


@dataclass(frozen=True)
class Pictures:
    """Picture files, in this order; each is looked at exactly once."""

    paths: tuple[Path, ...]
    name = "pictures"
    live = False
    continuous = False

    @classmethod
    def in_folder(cls, folder: Path) -> "Pictures":
        """The pictures directly in a folder, by name. Raises SourceUnusable if there are none."""
        paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
        if not paths:
            raise SourceUnusable(f"{folder}: no pictures in this folder (looked for {', '.join(sorted(SUFFIXES))})")
        return cls(tuple(paths))

    def images(self) -> Iterator[Shown]:
        """Every picture, upright. Raises SourceUnusable at one that can't be read."""
        for number, path in enumerate(self.paths):
            yield Shown(read_picture(path), number * SECONDS_EACH)


def read_picture(path: Path) -> VideoFrame:
    """A picture file as a frame, turned upright by its EXIF. Raises SourceUnusable."""
    try:
        with Image.open(path) as picture:
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except FileNotFoundError:
        raise SourceUnusable(f"{path}: no such file") from None
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError, SyntaxError, ValueError):
        raise SourceUnusable(f"{path}: not a picture that can be read") from None
    return VideoFrame.from_ndarray(np.ascontiguousarray(upright), format="rgb24")
