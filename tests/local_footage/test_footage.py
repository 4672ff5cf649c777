"""The film itself, looked at with the real models: what the demo needs to happen does happen."""

import hashlib
import itertools
import json
import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from edge.camera.video_file import VideoFile
from edge.frame import Frame
from edge.gate.people import find_people
from edge.gate.person_model import PersonModel
from edge.settings import resolve
from edge.tryout import tried_out
from face_api.faces.analysis import FaceAnalyzer
from local.__main__ import main
from local.errors import SurroundingsUnfit
from local.footage.film import write_film
from local.footage.frames import Cast, draw_frames
from local.footage.people import cut_out_people, passers_by
from local.footage.sample import FRAMES_PER_SECOND, sample_footage
from local.footage.story import STORY, WALK, WALKS, pose, step
from local.footage.truth import LINES, ZONES, crossings, stays
from models.build import files_of_packages
from models.store import Store, user_cache
from models.table import PHOTOGRAPHS
from vision.boxes import Array

WEIGHTS = Path(__file__).resolve().parents[2] / "models" / "weights"
SAME_FACE = 0.80
VISIT_GAP = 10.0
STEP = 2.0


@dataclass(frozen=True)
class Look:
    """One moment of the film: who should be standing there, how many people and which faces the models see."""

    second: float
    standing: list[str]
    people: int
    templates: list[Array]
    sizes: list[float]


@pytest.fixture(scope="module")
def film() -> Path:
    return sample_footage()


@pytest.fixture(scope="module")
def looks(film: Path) -> list[Look]:
    model, analyzer = PersonModel(WEIGHTS / "person_detector.tflite"), FaceAnalyzer.load(WEIGHTS)
    found = []
    for second, picture in moments(film):
        people = find_people(Frame(picture, datetime.now(UTC), second), model, ["person"], 0.4)
        faces = analyzer.analyze(
            Image.fromarray(picture.to_ndarray(format="rgb24")), templates=True, attributes=frozenset()
        )
        standing = [visit.person for visit in STORY if visit.enters + WALK < second < visit.leaves - WALK]
        templates = [face.template.vector for face in faces if face.template is not None]
        found.append(Look(second, standing, len(people), templates, [face.face.size for face in faces]))
    return found


def no_one_at(second: float) -> bool:
    return not any(pose(visit, second) for visit in STORY) and not any(step(walk, second) for walk in WALKS)


def moments(film: Path) -> Iterator[tuple[float, av.VideoFrame]]:
    with av.open(str(film)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number % round(STEP * FRAMES_PER_SECOND) == 0:
                yield number / FRAMES_PER_SECOND, frame


def test_it_is_an_ordinary_film_of_over_a_minute(film: Path) -> None:
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height, stream.codec_context.name) == (1280, 720, "h264")
        assert stream.average_rate == FRAMES_PER_SECOND
        assert container.duration is not None
        assert container.duration / av.time_base >= 64
    assert film.stat().st_size < 20e6


def test_the_person_model_fires_on_visitors_and_never_on_the_empty_shop(looks: list[Look]) -> None:
    for look in looks:
        if look.standing:
            assert look.people >= 1, f"no one seen at {look.second} s"
        elif no_one_at(look.second):
            assert look.people == 0, f"someone seen at {look.second} s"
            assert not look.templates


def test_faces_are_large_enough_to_be_remembered(looks: list[Look]) -> None:
    sizes = [size for look in looks for size in look.sizes]
    assert len(sizes) > 30
    assert min(sizes) >= 60


def test_visitors_are_new_present_and_returning_within_a_minute(looks: list[Look]) -> None:
    """Six people, two of whom come back, as a visitor memory with a visit gap of 10 s sees it."""
    visits = {"new": 0, "present": 0, "returning": 0}
    known: list[tuple[list[Array], float]] = []
    for look in looks:
        if look.second > 60:
            break
        for template in look.templates:
            nearest = [min(np.linalg.norm(template - seen) for seen in templates) for templates, _ in known]
            who = int(np.argmin(nearest)) if nearest else -1
            if who < 0 or nearest[who] > SAME_FACE:
                visits["new"] += 1
                known.append(([template], look.second))
                continue
            visits["returning" if look.second - known[who][1] > VISIT_GAP else "present"] += 1
            known[who] = ([*known[who][0], template], look.second)
    assert (visits["new"], visits["returning"]) == (6, 2)
    assert visits["present"] > 20


def test_people_are_well_apart_from_one_another(looks: list[Look]) -> None:
    """At least four of them by more than 1.0, all by more than the threshold, over all moments."""
    alone: dict[str, list[Array]] = {}
    for look in looks:
        if len(look.standing) == len(look.templates) == 1 and look.standing != ["pair"]:
            alone.setdefault(look.standing[0], []).append(look.templates[0])
    assert set(alone) == {"choker", "blouse", "maroon", "blonde", "uniform"}
    nearest = {
        (one, other): min(float(np.linalg.norm(a - b)) for a, b in itertools.product(alone[one], alone[other]))
        for one, other in itertools.combinations(sorted(alone), 2)
    }
    assert nearest.pop(("blouse", "uniform")) < SAME_FACE
    assert all(distance > 1.0 for distance in nearest.values()), nearest


@pytest.fixture(scope="module")
def photographs() -> list[Path]:
    return files_of_packages(PHOTOGRAPHS, Store(user_cache() / "objects"), print)


def test_drawn_twice_it_is_the_same_to_the_byte(photographs: list[Path], tmp_path: Path) -> None:
    films = [tmp_path / "one.mp4", tmp_path / "other.mp4"]
    for target in films:
        cast = Cast(cut_out_people(photographs), STORY, passers_by(photographs), WALKS)
        frames = draw_frames(cast, 4.5, 4)
        write_film(frames, 4, target, lambda _: None)
    digests = {hashlib.sha256(film.read_bytes()).hexdigest() for film in films}
    assert len(digests) == 1


def test_cut_outs_are_opaque_inside_and_clear_around(photographs: list[Path]) -> None:
    for cutout in cut_out_people(photographs).values():
        alpha = np.asarray(cutout.picture.getchannel("A"))
        assert 0.35 < (alpha == 255).mean() < 0.9
        assert alpha[0].max() == 0
        assert isinstance(cutout.picture, Image.Image)


def test_the_command_prints_where_the_film_is_and_copies_it(
    film: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["footage"]) == 0
    assert capsys.readouterr().out == f"{film}\n"
    copy = tmp_path / "copy.mp4"
    assert main(["footage", "--out", str(copy)]) == 0
    assert copy.read_bytes() == film.read_bytes()
    assert main(["footage", "--out", str(tmp_path / "missing" / "copy.mp4")]) == 2
    assert "name another file with --out" in capsys.readouterr().err


def test_when_the_photographs_cannot_be_had_one_line_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", os.defpath if shutil.which("npm", path=os.defpath) is None else str(tmp_path))
    with pytest.raises(SurroundingsUnfit, match=r"npm is not installed: install it"):
        sample_footage(print)
    assert main(["footage"]) == 2
    complaint = capsys.readouterr().err.splitlines()[-1]
    assert complaint.startswith("no sample footage: npm is not installed")


@pytest.mark.parametrize("frames_per_second", [5, 10])
def test_what_is_counted_in_the_film_is_what_was_drawn(film: Path, frames_per_second: int) -> None:
    settings = resolve(
        {"Lines": json.dumps(LINES), "Zones": json.dumps(ZONES), "FramesPerSecond": str(frames_per_second)}
    )
    model = PersonModel(WEIGHTS / "person_detector.tflite")
    crossed, stayed = [], []
    for _, _, counted in tried_out(VideoFile(film), model, settings, threading.Event()):
        crossed += [(crossing.way, crossing.at) for crossing in counted.crossings]
        stayed += [(stay.zone.name, stay.at) for stay in counted.stays]
    crossed.sort(key=by_time)
    assert [way for way, _ in crossed] == [way for way, _ in crossings()]
    assert [at for _, at in crossed] == pytest.approx([at for _, at in crossings()], abs=0.5)
    assert sorted(zone for zone, _ in stayed) == sorted(zone for zone, _ in stays())
    if frames_per_second == 10:
        for zone, at in stays():
            assert any(name == zone and abs(second - at) <= 1 for name, second in stayed), (zone, at)


def by_time(told: tuple[str, float]) -> float:
    return told[1]


def test_no_face_of_a_passer_by_is_seen(photographs: list[Path]) -> None:
    analyzer = FaceAnalyzer.load(WEIGHTS)
    cast = Cast({}, (), passers_by(photographs), WALKS)
    for pixels in itertools.islice(draw_frames(cast, 55, 2), 110):
        assert not analyzer.analyze(Image.fromarray(pixels), templates=True, attributes=frozenset())
