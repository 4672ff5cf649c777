"""People cut out of the sample photographs along outlines drawn by hand (outlines.json)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

OUTLINES = Path(__file__).with_name("outlines.json")
MARGIN = 24


@dataclass(frozen=True, slots=True, eq=False)
class Cutout:
    """One person, or a pair arm in arm: an RGBA picture at the photograph's size, clear around them."""

    name: str
    picture: Image.Image


def cut_out_people(photographs: Sequence[Path]) -> dict[str, Cutout]:
    """Everyone that outlines.json describes, by name. photographs: sample1.jpg … in order."""
    described = json.loads(OUTLINES.read_text("utf-8"))
    return {
        name: Cutout(name, _cut(photographs[person["photograph"] - 1], [tuple(p) for p in person["outline"]]))
        for name, person in described.items()
    }


def _cut(photograph: Path, outline: list[tuple[int, int]]) -> Image.Image:
    xs, ys = zip(*outline, strict=True)
    with Image.open(photograph) as opened:
        left, top = max(min(xs) - MARGIN, 0), max(min(ys) - MARGIN, 0)
        right, bottom = min(max(xs) + MARGIN, opened.width), min(max(ys), opened.height)
        picture = opened.convert("RGB").crop((left, top, right, bottom))
    inside = Image.new("L", picture.size, 0)
    ImageDraw.Draw(inside).polygon([(x - left, y - top) for x, y in outline], fill=255)
    # A little inwards and softly, so that no rim of the photograph's own background shows.
    picture.putalpha(inside.filter(ImageFilter.MinFilter(5)).filter(ImageFilter.GaussianBlur(2.2)))
    return picture
