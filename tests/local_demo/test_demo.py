"""The whole pattern on one machine: what goes in comes out, once, and nothing is left."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from PIL import Image

from local.footage.truth import crossings, stays
from tests.local_demo.command import ROOT, command, demo
from tests.support.calls_home import Calls

pytestmark = pytest.mark.timeout(300)
Run = tuple[Calls, dict[str, Any]]


def test_the_summary_has_the_keys_the_design_names(sample_run: Run) -> None:
    assert set(sample_run[1]) == {
        *("seconds", "frames", "framesWithPeople", "people", "pictures", "pictureBytes", "videoBytes", "faces"),
        *("tallies", "visits", "crossings", "stays", "windows", "traffic", "left", "latencyMs"),
    }
    assert set(sample_run[1]["visits"]) == {"new", "returning", "present", "unknown"}
    assert set(sample_run[1]["latencyMs"]) == {"p50", "p95"}


def test_people_are_seen_as_new_then_present_then_returning(sample_run: Run) -> None:
    summary = sample_run[1]
    assert summary["tallies"] > 0
    assert summary["visits"]["new"] >= 3
    assert summary["visits"]["present"] >= 1
    assert summary["visits"]["returning"] >= 1


def test_the_windows_count_each_visitor_once(sample_run: Run) -> None:
    summary = sample_run[1]
    assert len(summary["windows"]) >= 3
    visits = summary["visits"]
    assert sum(row["visitors"] for row in summary["windows"]) == visits["new"] + visits["returning"]
    assert sum(row["faces"] for row in summary["windows"]) == summary["faces"]


def test_the_counts_are_what_was_drawn_and_people_seen_stand_beside_faces_seen(sample_run: Run) -> None:
    summary = sample_run[1]
    ways = [way for way, _ in crossings()]
    assert summary["crossings"] == {"in": ways.count("in"), "out": ways.count("out")}
    assert len(stays()) - 1 <= summary["stays"] <= len(stays()), "live, on a busy machine, a stay may be cut in two"
    assert summary["people"]["seen"] > summary["people"]["withFace"] >= 6
    assert sum(row["countIn"] or 0 for row in summary["traffic"]) == ways.count("in")


def test_nothing_is_left_anywhere(sample_run: Run) -> None:
    assert sample_run[1]["left"] == {"spooled": 0, "pictures": 0, "poison": 0}


def test_pictures_are_a_small_part_of_video_though_people_are_in_view_most_of_the_time(sample_run: Run) -> None:
    summary = sample_run[1]
    assert summary["framesWithPeople"] > summary["frames"] / 2
    assert summary["pictureBytes"] < 0.15 * summary["videoBytes"]


def test_the_whole_demo_reaches_and_looks_up_nothing(sample_run: Run) -> None:
    """Native code included; each service by itself: `tests/privacy/test_no_calls_home.py`."""
    assert (sample_run[0].packets, sample_run[0].lookups) == ([], [])


def test_the_text_says_that_it_adds_up(sample_run: Run) -> None:
    assert "nothing lost, nothing counted twice" in sample_run[0].stdout
    assert "Traceback" not in sample_run[0].stderr


def test_a_folder_of_pictures_is_a_source(tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for number in range(3):
        Image.new("RGB", (640, 480), (90, 90, 90)).save(pictures / f"{number}.png")
    file = tmp_path / "out.json"
    done = demo("--source", str(pictures), "--no-dashboard", "--json", str(file))
    assert done.returncode == 0, done.stderr
    summary = json.loads(file.read_text())
    assert (summary["frames"], summary["pictures"], summary["tallies"]) == (3, 0, 0)
    assert "nobody was in view" in done.stdout
    assert done.stderr.startswith("starting "), "there is progress from the first second"


@pytest.mark.parametrize(
    ("arguments", "environment", "says"),
    [
        (["--source", "no/such/file.mp4"], {}, "there is no such file or folder"),
        (["--json", "no/such/folder/out.json"], {}, "there is no such folder"),
        (["--source", "README.md"], {}, "not a video"),
        (["--source", "docs"], {}, "no pictures in this folder"),
        (["--source", "97"], {}, "there is no camera 97"),
        (["--source", "/dev/null"], {}, "neither a file nor a folder"),
        ([], {"ANONYMIZATION_KEY": "too-short"}, "ANONYMIZATION_KEY"),
        ([], {"Store": "Not A Store"}, "Store"),
    ],
    ids=[
        *("missing path", "missing folder", "unreadable video", "empty folder", "missing camera", "device"),
        *("short key", "bad store name"),
    ],
)
def test_a_users_mistake_is_one_line_and_status_2(arguments: list[str], environment: dict[str, str], says: str) -> None:
    done = demo(*arguments, "--no-dashboard", environment=environment)
    assert done.returncode == 2, done.stderr
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    told = [line for line in lines if line.startswith("demo: ")]
    assert len(told) == 1, lines
    assert says in told[0]
    assert (len(lines) == 1) == (not environment), "what can be known at once is told before anything starts"


def offspring(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


@contextmanager
def running_demo() -> Iterator[tuple[subprocess.Popen[str], list[psutil.Process]]]:
    """The demo while its camera is at work, and all of its processes."""
    with subprocess.Popen(command("--no-dashboard"), cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        try:
            until = time.monotonic() + 90
            while not any("edge" in child.cmdline() for child in offspring(process)):
                assert process.poll() is None, process.stderr.read() if process.stderr else ""
                assert time.monotonic() < until, "the edge module did not start"
                time.sleep(0.2)
            yield process, offspring(process)
        finally:
            process.kill()


def assert_all_gone(children: list[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(children, timeout=10)
    assert not alive


def test_ctrl_c_stops_everything() -> None:
    with running_demo() as (process, children):
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        assert_all_gone(children)


@pytest.mark.parametrize("victim", ["function_app.worker", "edge"])
def test_when_a_process_is_killed_the_rest_stop_and_the_status_says_so(victim: str) -> None:
    with running_demo() as (process, children):
        next(child for child in children if victim in child.cmdline()).kill()
        assert process.wait(60) == 1
        assert_all_gone(children)
        assert process.stderr is not None
        assert "ended with status -9" in process.stderr.read()


def test_when_the_demo_itself_is_killed_nothing_stays_behind() -> None:
    with running_demo() as (process, children):
        os.kill(process.pid, signal.SIGKILL)
        process.wait(10)
        assert_all_gone(children)


def test_a_camera_that_never_answers_is_no_success(tmp_path: Path) -> None:
    file = tmp_path / "out.json"
    done = demo("--source", "rtsp://127.0.0.1:9/live", "--seconds", "3", "--no-dashboard", "--json", str(file))
    assert done.returncode == 1, done.stderr
    assert "the camera showed no frame: " in done.stdout
    assert "no camera: " in done.stderr, "and it is told meanwhile"
    assert " 0 s" not in done.stderr, "nothing has begun that would be told of"
    assert json.loads(file.read_text())["frames"] == 0
