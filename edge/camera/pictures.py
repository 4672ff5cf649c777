"""A folder of pictures, or a single one, shown one a second like a slow camera."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import structlog
from av import VideoFrame
from PIL import Image

from edge.camera.source import Shown
from edge.errors import SourceUnusable

SUFFIXES = frozenset((".jpg", ".jpeg", ".png", ".bmp", ".webp"))
FORMATS = ("JPEG", "PNG", "BMP", "WEBP")
SECONDS_EACH = 1.0
ORIENTATION = 0x0112
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What turns a picture upright, by its EXIF orientation (EXIF 2.32, tag 0x0112)."""
Image.MAX_IMAGE_PIXELS = 50_000_000
"""Pillow warns above this, and refuses above twice as many."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Pictures:
    """Picture files, in this order; each is looked at exactly once."""

    paths: tuple[Path, ...]
    name = "pictures"
    live = False
    continuous = False

    @classmethod
    def in_folder(cls, folder: Path) -> "Pictures":
        """The pictures directly in a folder, by name, without hidden ones. Raises SourceUnusable if there are none."""
        paths = sorted(
            path
            for path in folder.iterdir()
            if path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and not path.is_dir()
        )
        if not paths:
            raise SourceUnusable(f"no pictures in this folder (looked for {', '.join(sorted(SUFFIXES))})")
        return cls(tuple(paths))

    def images(self) -> Iterator[Shown]:
        """Every picture that can be read, upright. Raises SourceUnusable if none can."""
        shown = 0
        for number, path in enumerate(self.paths, start=1):
            try:
                image = read_picture(path)
            except SourceUnusable as unusable:
                log.warning("picture skipped", number=number, reason=str(unusable))
                continue
            yield Shown(image, shown * SECONDS_EACH)
            shown += 1
        if not shown:
            raise SourceUnusable("none of the pictures in this folder can be read")


def read_picture(path: Path) -> VideoFrame:
    """A picture file as a frame, turned upright by its EXIF. Raises SourceUnusable, without the path."""
    try:
        if not path.is_file():
            raise FileNotFoundError
        with Image.open(path, formats=FORMATS) as picture:
            upright = _upright(_eight_bits(picture))
    except FileNotFoundError:
        raise SourceUnusable("no such file") from None
    except Exception:  # noqa: BLE001 - Pillow's decoders raise all sorts of things for damaged files
        raise SourceUnusable("not a picture that can be read") from None
    return VideoFrame.from_ndarray(np.ascontiguousarray(upright), format="rgb24")


def _upright(picture: Image.Image) -> Image.Image:
    """Turned as EXIF says. Damaged EXIF says nothing; ImageOps.exif_transpose would write it anew, and fail."""
    try:
        turn = UPRIGHT.get(picture.getexif().get(ORIENTATION, 1))
    except Exception:  # noqa: BLE001 - as above
        turn = None
    rgb = picture.convert("RGB")
    return rgb if turn is None else rgb.transpose(turn)


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Grey with more than 8 bits, brought to 8; Pillow would cut off all above 255.

    Cameras put 10 or 12 bits into 16: the brightest pixel tells how many there are.
    """
    if not picture.mode.startswith("I"):
        return picture
    grey = np.asarray(picture).astype(np.uint32)
    bits = max(8, int(grey.max(initial=0)).bit_length())
    eight = Image.fromarray((grey >> (bits - 8)).astype(np.uint8))
    eight.info["exif"] = picture.info.get("exif", b"")
    return eight
