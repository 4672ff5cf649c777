"""People cut out of the sample photographs along outlines drawn by hand (outlines.json)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

OUTLINES = Path(__file__).with_name("outlines.json")
MARGIN = 24
SOFT = 0.12
"""How far a passer-by's face is blurred, in widths of it: a model still sees a person, but no face."""


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


def passers_by(photographs: Sequence[Path]) -> dict[str, Cutout]:
    """Those whose face outlines.json gives ([middle x, y, half axes]), without it: blurred, as of one who hurries."""
    described = json.loads(OUTLINES.read_text("utf-8"))
    people = cut_out_people(photographs)
    return {
        name: Cutout(name, _faceless(people[name].picture, person["face"], person["outline"]))
        for name, person in described.items()
        if "face" in person
    }


def _faceless(picture: Image.Image, face: list[int], outline: list[tuple[int, int]]) -> Image.Image:
    xs, ys = zip(*outline, strict=True)
    x, y = face[0] - max(min(xs) - MARGIN, 0), face[1] - max(min(ys) - MARGIN, 0)
    mask = Image.new("L", picture.size, 0)
    ImageDraw.Draw(mask).ellipse((x - face[2], y - face[3], x + face[2], y + face[3]), fill=255)
    blurred = picture.filter(ImageFilter.GaussianBlur(2 * face[2] * SOFT))
    picture = picture.copy()
    alpha = picture.getchannel("A")
    picture.paste(blurred, mask=mask.filter(ImageFilter.GaussianBlur(6)))
    picture.putalpha(alpha)
    return picture


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
