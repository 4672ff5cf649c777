"""Pictures of those whose time has come, whoever else is in view; judged with a model and faces that are made up."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from edge.frame import Frame, Pixels
from edge.gate.detections import Detections
from edge.gate.preparation import Preparation
from edge.settings import Settings, resolve
from edge.watch import Watch
from tests.edge.scenes import frame_of, shop
from vision.boxes import Box

WIDTH, HEIGHT = 640, 360
Place = tuple[float, float]
"""Left edge and top of someone 60 × 160 pixels large."""


class MadeUpModel:
    """Finds people where it is told."""

    preparation = Preparation(WIDTH, HEIGHT, np.float32)

    def __init__(self) -> None:
        self.people: Sequence[Place] = ()

    def detect(self, pixels: Pixels, objects: Sequence[str], threshold: float) -> Detections:
        del pixels, objects, threshold
        boxes = [(left, top, left + 60, top + 160) for left, top in self.people]
        shares = np.array(boxes, np.float64).reshape(-1, 4) / ([WIDTH, HEIGHT] * 2)
        # Surest first, as models have it.
        return Detections(shares, np.linspace(0.9, 0.8, len(boxes)), np.zeros(len(boxes), np.intp))


class MadeUpFaces:
    """Says whose face shows by where they stand; counts how often it was asked."""

    def __init__(self, shows: Callable[[Box], bool]) -> None:
        self._shows = shows
        self.asked = 0

    def sharpness(self, rgb: Pixels, person: Box) -> float | None:
        del rgb
        self.asked += 1
        return 10.0 if self._shows(person) else None


def moving(at: float) -> Frame:
    """A frame in which something else moves."""
    scene = shop(WIDTH, HEIGHT).copy()
    left = int(37 * at) * 16 % (WIDTH - 64)
    scene[:40, left : left + 64] = (230, 20, 20)
    return frame_of(scene, at)


def pictures(
    places: Callable[[float], Sequence[Place]],
    shows: Callable[[Box], bool],
    *,
    seconds: float = 40,
    rate: float = 10,
    frame: Callable[[float], Frame] = moving,
    settings: Settings | None = None,
) -> list[float]:
    """When pictures were taken."""
    model = MadeUpModel()
    watch = Watch(model, MadeUpFaces(shows))  # type: ignore[arg-type]
    taken = []
    for step in range(int(seconds * rate)):
        model.people = places(step / rate)
        chosen = watch.look(frame(step / rate), settings or resolve({})).chosen
        if chosen:
            taken.append(chosen.frame.at)
    return taken


def row(count: int) -> list[Place]:
    return [(20 + 90 * number, 180) for number in range(count)]


@pytest.mark.parametrize("frame", [moving, lambda at: frame_of(shop(WIDTH, HEIGHT), at)])
def test_those_without_a_face_do_not_hide_someone_who_has_one(frame: Callable[[float], Frame]) -> None:
    assert 7 <= len(pictures(lambda _: row(6), lambda box: box.x1 > 450, frame=frame)) <= 9


@pytest.mark.parametrize("rate", [10, 30])
def test_backs_are_looked_at_for_a_face_twice_a_second_and_no_more(rate: int) -> None:
    model, faces = MadeUpModel(), MadeUpFaces(lambda _: False)
    watch = Watch(model, faces)  # type: ignore[arg-type]
    model.people = row(3)
    for step in range(20 * rate):
        watch.look(moving(step / rate), resolve({}))
    assert 3 * 2 * 16 <= faces.asked <= 3 * (2 * 20 + 8)


@pytest.mark.parametrize("rate", [10, 30])
def test_a_face_is_looked_at_three_times_for_one_picture_at_any_frame_rate(rate: int) -> None:
    model, faces = MadeUpModel(), MadeUpFaces(lambda _: True)
    watch = Watch(model, faces)  # type: ignore[arg-type]
    model.people = row(1)
    for step in range(rate):
        watch.look(moving(step / rate), resolve({}))
    assert faces.asked == 3


@pytest.mark.parametrize("turns", [0.3, 2, 7.7])
def test_who_turns_round_is_pictured_within_half_a_second(turns: float) -> None:
    model, faces = MadeUpModel(), MadeUpFaces(lambda _: step / 10 >= turns)
    watch = Watch(model, faces)  # type: ignore[arg-type]
    model.people = row(1)
    taken = []
    for step in range(100):
        if chosen := watch.look(moving(step / 10), resolve({})).chosen:
            taken.append(chosen.frame.at)
    assert turns <= taken[0] <= turns + 0.75


def test_those_without_a_face_hurry_no_one() -> None:
    taken = pictures(lambda _: row(4), lambda box: box.x1 < 60)
    assert np.diff(taken).min() >= 4.7
    assert len(taken) >= 8


@pytest.mark.parametrize("count", [4, 5, 6])
def test_companions_are_in_one_picture_also_when_they_are_more_than_one_look_is_for(count: int) -> None:
    assert len(pictures(lambda _: row(count), lambda _: True)) <= 9


@pytest.mark.parametrize("rate", [0.4, 0.6, 1, 2, 10])
def test_someone_who_stays_is_pictured_as_often_as_asked_at_any_frame_rate(rate: float) -> None:
    settings = resolve({"TimeBetweenPicturesInSeconds": "60"})
    assert len(pictures(lambda _: row(3), lambda _: True, rate=rate, settings=settings)) == 1


@pytest.mark.parametrize("rate", [1, 2, 10, 30])
def test_a_walker_is_pictured_once_at_any_frame_rate(rate: float) -> None:
    """At 100 px/s, in someone 160 px high a slow walk."""
    settings = resolve({"TimeBetweenPicturesInSeconds": "60"})
    walk = lambda at: [(20 + 100 * at, 180)] if at < 5 else []  # noqa: E731
    assert len(pictures(walk, lambda _: True, seconds=8, rate=rate, settings=settings)) == 1


def test_no_one_is_seen_in_a_frame_without_contrast() -> None:
    black = lambda at: frame_of(np.zeros((HEIGHT, WIDTH, 3), np.uint8), at)  # noqa: E731
    assert pictures(lambda _: row(1), lambda _: True, frame=black) == []


def test_without_a_need_for_faces_people_are_pictured_from_behind() -> None:
    settings = resolve({"RequireFace": "false"})
    taken = pictures(lambda _: row(6), lambda _: False, settings=settings)
    assert 7 <= len(taken) <= 9
