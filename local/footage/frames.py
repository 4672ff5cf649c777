"""Draws the footage frame by frame: room, visitors, counter, and the noise of a sensor in ordinary light."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
import numpy.typing as npt
from PIL import Image

from local.footage.people import Cutout
from local.footage.scene import COUNTER_TOP, HEIGHT, WIDTH, draw_counter, draw_shop
from local.footage.story import Pose, Visit, Walk, pose, step

Frame = npt.NDArray[np.uint8]
NOISE = 2.2
ROOM = 20
SEED = 20190707


@dataclass(frozen=True, slots=True)
class Cast:
    """Who visits and who passes by, and what they look like."""

    people: dict[str, Cutout]
    visits: Sequence[Visit]
    passers_by: dict[str, Cutout]
    walks: Sequence[Walk]


def draw_frames(cast: Cast, seconds: float, frames_per_second: int) -> Iterator[Frame]:
    """[720, 1280, 3] uint8 RGB frames of the whole story; who passes by passes behind the visitors."""
    shop, counter = draw_shop(Random(SEED)), draw_counter(Random(SEED + 1))  # noqa: S311 - a drawing, no secret
    standing = {visit: _at_height(cast.people[visit.person].picture, visit.height) for visit in cast.visits}
    passing = {walk: _at_height(cast.passers_by[walk.person].picture, walk.height) for walk in cast.walks}
    noise = _Noise(SEED)
    for number in range(round(seconds * frames_per_second)):
        second = number / frames_per_second
        picture = shop.copy()
        for walk in cast.walks:
            if (stepping := step(walk, second)) is not None:
                _place(picture, passing[walk], stepping)
        for visit in cast.visits:
            if (posed := pose(visit, second)) is not None:
                _place(picture, standing[visit], posed)
        picture.paste(counter, mask=counter)
        yield noise.added(np.asarray(picture))


def _at_height(picture: Image.Image, height: float) -> Image.Image:
    """The cut-out at its height in the frame."""
    return picture.resize((round(picture.width * height / picture.height), round(height)), Image.Resampling.LANCZOS)


def _place(picture: Image.Image, person: Image.Image, posed: Pose) -> None:
    """Paste the person scaled and turned about the middle of the cut-out, down to where the counter hides them."""
    angle = math.radians(posed.turn)
    across, down = math.cos(angle) / posed.scale, math.sin(angle) / posed.scale
    width, height = round(person.width * posed.scale) + 2 * ROOM, COUNTER_TOP + ROOM - round(posed.y)
    middle = width / 2, ROOM + person.height * posed.scale / 2
    shift = (
        person.width / 2 - across * middle[0] - down * middle[1],
        person.height / 2 + down * middle[0] - across * middle[1],
    )
    matrix = (across, down, shift[0], -down, across, shift[1])
    turned = person.transform((width, height), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)
    picture.paste(turned, (round(posed.x - width / 2), round(posed.y) - ROOM), turned)


class _Noise:
    """Noise cut at random out of one large picture: as good as fresh to an eye or a model, and much cheaper."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        self._noise = self._random.normal(0, NOISE, (HEIGHT * 2, WIDTH * 2, 1)).round().astype(np.int16)

    def added(self, frame: Frame) -> Frame:
        top, left = (int(self._random.integers(side)) for side in (HEIGHT, WIDTH))
        noisy = frame + self._noise[top : top + HEIGHT, left : left + WIDTH]
        return noisy.clip(0, 255, out=noisy).astype(np.uint8)
