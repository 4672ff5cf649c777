"""The picture that leaves the module: cut to the people in view, named by place and moment."""

import io
from dataclasses import dataclass
from datetime import datetime

from PIL import Image

from edge.frame import Frame
from edge.gate.detections import Person
from vision.boxes import Box

MARGIN = 0.15
LONGEST_SIDE = 1920
LARGEST = 4_000_000
LEAST_QUALITY = 40


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG without EXIF, its blob name, and how many people the model saw in it."""

    name: str
    jpeg: bytes
    people: int


def picture_name(place: str, captured_at: datetime, suffix: str) -> str:
    """`<store>/<camera>/<yyyy>/<mm>/<dd>/<HHMMSS.mmm>Z-<suffix>.jpg`.

    place: `<store>/<camera>`; captured_at: UTC; suffix: 8 hex digits.
    """
    moment = f"{captured_at:%Y/%m/%d/%H%M%S}.{captured_at.microsecond // 1000:03d}Z"
    return f"{place}/{moment}-{suffix}.jpg"


def cut(frame: Frame, people: tuple[Person, ...], quality: int) -> bytes:
    """A JPEG of the people in a frame, with a margin; at most 1920 px on its longest side and 4 MB."""
    around = _around([person.box for person in people]).clipped(frame.width, frame.height)
    left, right = _whole(around.x1, around.x2, frame.width)
    top, bottom = _whole(around.y1, around.y2, frame.height)
    image = Image.fromarray(frame.rgb()[top:bottom, left:right])
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.BILINEAR, reducing_gap=2.0)
    jpeg = _encode(image, quality)
    while len(jpeg) > LARGEST:
        if quality > LEAST_QUALITY:
            quality = max(LEAST_QUALITY, quality - 15)
        else:
            image = image.reduce(2)
        jpeg = _encode(image, quality)
    return jpeg


def _around(boxes: list[Box]) -> Box:
    """One box around all, each grown by the margin."""
    grown = [box.grown(MARGIN) for box in boxes]
    return Box(
        min(box.x1 for box in grown),
        min(box.y1 for box in grown),
        max(box.x2 for box in grown),
        max(box.y2 for box in grown),
    )


def _whole(start: float, end: float, size: int) -> tuple[int, int]:
    """The span in whole pixels, at least one."""
    first = min(int(start), size - 1)
    return first, max(first + 1, round(end))


def _encode(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, progressive=True)  # 4 % smaller than in one pass, for 4 ms
    return out.getvalue()
