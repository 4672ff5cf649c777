"""Posters and mannequins are found out after minutes; people who hardly move are not."""

import numpy as np
import pytest

from edge.counting.counter import Counter, Stay
from edge.counting.places import Zone
from edge.follower import Follower
from edge.frame import Frame, Pixels
from edge.gate.figures import STILL_SECONDS
from edge.settings import resolve
from tests.edge.scenes import frame_of, shop
from tests.edge.test_watch import HEIGHT, WIDTH, MadeUpModel, pictures
from vision.boxes import Point

POSTER = (20.0, 180.0)
LONG = STILL_SECONDS + 40


NOISE = [np.random.default_rng(seed).normal(0, 2, (HEIGHT, WIDTH, 3)).astype(np.int16) for seed in range(3)]
EMPTY = shop(WIDTH, HEIGHT)


def noisy(scene: Pixels, at: float) -> Frame:
    """With the noise of a sensor; odd and even frames differ."""
    return frame_of(np.clip(scene + NOISE[int(at) % 3], 0, 255).astype(np.uint8), at)


def with_walker(at: float) -> Frame:
    """The shop, and something that moves far from the poster."""
    scene = EMPTY.copy()
    left = 200 + int(53 * at) % 380
    scene[180:340, left : left + 40] = (20, 30, 120)
    return noisy(scene, at)


def swaying(at: float) -> Frame:
    """Someone at the poster's place who shifts a little every ten seconds."""
    scene = EMPTY.copy()
    step = int(at / 10) % 3 * 2
    scene[184:340, 26 + step : 70 + step] = (40, 60, 90)
    scene[184:220, 36 + step : 60 + step] = (190, 150, 130)
    return noisy(scene, at)


def test_a_poster_is_pictured_for_some_minutes_and_no_more() -> None:
    taken = pictures(lambda _: [POSTER], lambda _: True, seconds=LONG, rate=0.5, frame=with_walker)
    assert STILL_SECONDS - 15 < max(taken) < STILL_SECONDS + 15


def test_someone_who_hardly_moves_is_pictured_on() -> None:
    taken = pictures(lambda _: [POSTER], lambda _: True, seconds=LONG, rate=0.5, frame=swaying)
    assert max(taken) > LONG - 10


def test_people_beside_a_poster_are_pictured_on() -> None:
    def people(at: float) -> list[tuple[float, float]]:
        return [POSTER, (200 + int(53 * at) % 380 - 10, 180)]

    watched = pictures(people, lambda box: box.x1 > 100, seconds=LONG, rate=1, frame=with_walker)
    assert max(watched) > LONG - 10


@pytest.mark.parametrize("covered", [0.0, 0.3])
def test_a_poster_stays_one_while_someone_passes_before_it(covered: float) -> None:
    follower, model, settings = Follower(), MadeUpModel(), resolve({})
    model.people = [POSTER]
    for second in range(0, int(STILL_SECONDS) + 20, 3):
        seen = follower.look(with_walker(second), model, settings)  # type: ignore[arg-type]
    assert seen.tracks == ()
    scene = EMPTY.copy()
    scene[180 : 180 + int(160 * covered), 20:80] = (200, 30, 30)
    seen = follower.look(noisy(scene, second + 1), model, settings)  # type: ignore[arg-type]
    assert seen.tracks == ()
    assert follower.still_figures == 1


def test_a_poster_in_a_zone_leaves_no_stay() -> None:
    zone = Zone("display", (Point(0, 0.5), Point(0.5, 0.5), Point(0.5, 1), Point(0, 1)))
    follower, counter, model = Follower(), Counter([], [zone], 0.05, (WIDTH, HEIGHT)), MadeUpModel()
    model.people = [POSTER]
    stays: list[Stay] = []
    for second in range(0, int(LONG), 3):
        seen = follower.look(with_walker(second), model, resolve({}))  # type: ignore[arg-type]
        counted = counter.step(seen, float(second))
        stays += counted.stays
    assert stays == []
    assert counted.present == ((zone, 0),)
    assert counter.end().stays == ()


def test_when_the_poster_is_gone_someone_in_its_place_is_seen() -> None:
    follower, model, settings = Follower(), MadeUpModel(), resolve({})
    model.people = [POSTER]
    for second in range(0, int(STILL_SECONDS) + 20, 3):
        follower.look(with_walker(second), model, settings)  # type: ignore[arg-type]
    scene = EMPTY.copy()
    scene[180:340, 20:80] = np.random.default_rng(1).integers(0, 255, (160, 60, 3))
    seen = follower.look(noisy(scene, second + 1), model, settings)  # type: ignore[arg-type]
    assert len(seen.tracks) == 1
