"""`edge count`: what would be counted in a clip, said as it goes."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.edge.processes.edge_process import ROOT
from tests.edge.scenes import photograph, shop, with_guest, write_video

LINES = json.dumps({"door": {"from": "0.5,0.1", "to": "0.5,0.9"}})
ZONES = json.dumps({"floor": {"polygon": "0.02,0.6 0.98,0.6 0.98,1 0.02,1", "staySeconds": 3}})


def count(*arguments: str | Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run it to its end."""
    return subprocess.run(
        [sys.executable, "-m", "edge", "count", *map(str, arguments)],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "HOME": "/nowhere", **settings},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory, photographs: list[Path]) -> Path:
    """A group that comes in from the left, crosses the middle after 3.3 s, and goes back after 4.5 s more."""
    guests = photograph(photographs[3])
    # Above the picture's lower edge, so that feet (here: hems) can be seen.
    steps = [with_guest(shop(640, 300), guests, left=10 + 7 * step, height=170) for step in range(45)]
    tall = [np.concatenate([step, np.full((60, 640, 3), 100, np.uint8)]) for step in steps]
    return write_video(tmp_path_factory.mktemp("footage") / "walk.mp4", tall + tall[::-1])


def test_crossings_and_stays_are_json_lines_with_seconds_from_the_start(clip: Path) -> None:
    done = count(clip, "--lines", LINES, "--zones", ZONES, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    told = [json.loads(line) for line in done.stdout.splitlines()]
    crossings = [each for each in told if each["kind"] == "crossing"]
    assert {tuple(each) for each in crossings} == {("kind", "place", "way", "at")}
    ways = [each["way"] for each in crossings]
    assert len(ways) >= 2
    assert abs(ways.count("in") - ways.count("out")) <= 1, "in a group one may hide another"
    assert all(0 < each["at"] < 9 and each["place"] == "door" for each in crossings)
    stays = [each for each in told if each["kind"] == "stay"]
    assert stays
    assert all(3 <= each["seconds"] <= 9 and each["place"] == "floor" for each in stays)


def test_words_end_with_sums_and_the_picture_shows_no_one(clip: Path, tmp_path: Path) -> None:
    done = count(clip, "--lines", LINES, "--picture", tmp_path / "place.png")
    assert done.returncode == 0
    *told, sums = done.stdout.splitlines()
    assert all(" s  door: " in line for line in told)
    assert sums == f"door: {sum('in' in line for line in told)} in, {sum('out' in line for line in told)} out"
    drawn = np.asarray(Image.open(tmp_path / "place.png"))
    assert drawn.shape == (360, 640, 3)
    assert (drawn == (255, 80, 40)).all(axis=2).sum() > 200, "the line"
    assert (drawn == (120, 120, 120)).all(axis=2).sum() > 500, "people as blank boxes"


def test_a_place_along_the_edge_is_warned_of(clip: Path) -> None:
    done = count(clip, "--lines", json.dumps({"door": {"from": "0.1,0.99", "to": "0.9,0.98"}}))
    assert done.returncode == 0
    assert done.stderr.startswith("edge: warning: door: lies along the picture's edge")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "give one of them"),
        (("--lines", "{"), "--lines: expected JSON"),
        (("--lines", '{"door": {"from": "0,0", "to": "2,0"}}'), "--lines: door: outside the picture"),
        (("--lines", LINES, "--picture", "place.txt"), "--picture: expected a name that ends in"),
    ],
)
def test_a_users_mistake_gets_one_line_and_status_2(clip: Path, arguments: tuple[str, ...], said: str) -> None:
    done = count(clip, *arguments)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert said in done.stderr


def test_what_is_no_clip_is_refused(tmp_path: Path) -> None:
    done = count(tmp_path / "nowhere.mp4", "--lines", LINES)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    Image.fromarray(shop(320, 180)).save(tmp_path / "one.png")
    assert "give footage or a camera" in count(tmp_path / "one.png", "--lines", LINES).stderr
