"""The stack that keeps running: where it listens, what the twin changes, what `func start` gets."""

import json
import logging
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests
from azure.storage.blob import ContainerClient
from PIL import Image

from local.child import Child
from local.up.run import how_to_start
from tests.function_app import pictures
from tests.function_app.functions_host.webjobs import WebJobsHost
from tests.local_demo.command import ROOT
from tests.support.waiting import wait_until

PICTURES, AT_ONCE = 40, 4
pytestmark = pytest.mark.timeout(200)


@dataclass(frozen=True)
class Up:
    """A running `python -m local up`."""

    child: Child
    data: Path
    settings: Path
    said: list[str]


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    folder = tmp_path_factory.mktemp("up")
    settings, said = folder / "local.settings.json", list[str]()
    command = [sys.executable, "-m", "local", "up", "--data", str(folder / "data"), "--functions", str(settings)]
    child = Child("up", command, {}, on_output=said.append)
    try:
        wait_until(lambda: any("Ctrl-C" in line for line in said) or child.status is not None, "the stack is up", 90)
        assert child.status is None, said
        yield Up(child, folder / "data", settings, said)
    finally:
        child.stop(30)


def test_it_prints_a_dashboard_that_answers(up: Up) -> None:
    address = next(word for line in up.said for word in line.split() if word.startswith("http://127.0.0.1:"))
    assert requests.get(address, timeout=10).status_code == 200


@pytest.mark.timeout(400)
def test_the_sample_s_life_shows_at_once_and_keeps_on_until_it_stops_without_leftovers(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """One minute over and over: with an hour's gap between visits nobody would come after the first round."""
    said = list[str]()
    command = [sys.executable, "-m", "local", "up", "--data", str(tmp_path_factory.mktemp("life") / "data")]
    child = Child("up", command, {}, on_output=said.append)
    try:
        wait_until(lambda: any("Ctrl-C" in line for line in said) or child.status is not None, "the stack is up", 120)
        address = next(word for line in said for word in line.split() if word.startswith("http://127.0.0.1:"))

        def counted() -> dict[str, int]:
            total: dict[str, int] = requests.get(f"{address}api/snapshot", timeout=20).json()["total"]
            return total

        wait_until(lambda: counted()["visitors"] > 0, "someone on the page", 60)
        wait_until(lambda: counted()["returningVisitors"] > 0, "someone who comes back", 180)
        children = psutil.Process(child.process.pid).children(recursive=True)
        assert children
        child.signal(signal.SIGTERM)
        assert child.wait_for_exit(60) == 0
        assert not psutil.wait_procs(children, timeout=10)[1]
    finally:
        child.stop(30)


def test_the_functions_settings_are_whole_and_for_the_user_alone(up: Up) -> None:
    assert stat.S_IMODE(up.settings.stat().st_mode) == 0o600
    values = json.loads(up.settings.read_text())["Values"]
    sample = json.loads((ROOT / "local.settings.sample.json").read_text())["Values"]
    assert set(values) >= set(sample)
    assert not [name for name, value in values.items() if "<" in value]


def test_it_prints_how_to_start_the_functions(up: Up) -> None:
    (line,) = [line for line in up.said if line.startswith("functions")]
    assert line.split() == [
        *("functions", "cd", str(ROOT), "&&", "cp", str(up.settings), ".", "&&", ".", ".venv/bin/activate", "&&"),
        *("func", "start"),
    ]
    assert how_to_start(ROOT / "local.settings.json") == f"cd {ROOT} && . .venv/bin/activate && func start"


def test_with_those_settings_alone_a_host_does_every_picture_within_three_sweeps_though_it_misses_some(up: Up) -> None:
    """A stand-in for the host, at a host's own pace, blind to one blob in five; all else is what `local up` runs.

    Sweeps come every 5 s, so that is 15 s, whatever else this machine is busy with.
    """
    values: dict[str, str] = json.loads(up.settings.read_text())["Values"]
    storage, pictures_of = values["PictureStorage"], values["PICTURE_CONTAINER"]
    with ContainerClient.from_connection_string(storage, pictures_of) as container:
        name, content = camera_picture(container)
        with WebJobsHost(ROOT, values, seed=2) as host:
            wait_until(lambda: not container.get_blob_client(name).exists(), "what had gathered is done", 90)
            watch = Watch(container, host)
            for _ in range(PICTURES):
                watch.upload(content)
                wait_until(lambda: watch.left() < AT_ONCE, "no more than a few at a time", 60)
            wait_until(lambda: watch.left() == 0, "all are done", 60)
        assert host.missed_blobs > PICTURES / 10
    logging.getLogger(__name__).info("waited at most %.1f s, %d sweeps", max(watch.seconds), max(watch.sweeps))
    assert len(watch.sweeps) == PICTURES
    assert max(watch.sweeps) <= 3
    address = next(word for line in up.said for word in line.split() if word.startswith("http://127.0.0.1:"))

    def visitors() -> int:
        total: dict[str, int] = requests.get(f"{address}api/snapshot", timeout=20).json()["total"]
        return total["displayVisitors"]

    wait_until(lambda: visitors() > 0, "they are on the page", 60)


def camera_picture(container: ContainerClient) -> tuple[str, bytes]:
    """The newest picture that the camera has taken, with its name."""
    found = list[str]()

    def one() -> bool:
        found[:] = [name for name in container.list_blob_names() if name.endswith(".jpg")]
        return bool(found)

    wait_until(one, "the camera takes a picture", 60)
    return found[-1], container.download_blob(found[-1]).readall()


class Watch:
    """How long pictures wait, in seconds and in sweeps."""

    def __init__(self, container: ContainerClient, host: WebJobsHost) -> None:
        self._container, self._host = container, host
        self._there: dict[str, tuple[float, int]] = {}
        self.seconds: list[float] = []
        self.sweeps: list[int] = []

    def upload(self, content: bytes) -> None:
        """Another picture, named as the camera's are."""
        name = pictures.name(store="demo-store", camera="display-1")
        self._there[name] = time.monotonic(), self._host.sweeps
        self._container.upload_blob(name, content)

    def left(self) -> int:
        """How many are still there."""
        now, sweeps, listed = time.monotonic(), self._host.sweeps, set(self._container.list_blob_names())
        for name in self._there.keys() - listed:
            begun, at = self._there.pop(name)
            self.seconds.append(now - begun)
            self.sweeps.append(sweeps - at)
        return len(self._there)


def twin(up: Up, *arguments: str) -> Any:
    """The command, and what it prints."""
    command = [sys.executable, "-m", "local", "twin", "--data", str(up.data), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def shown(up: Up) -> Any:
    """The twin's properties."""
    return twin(up, "show")["properties"]


def set_while_connected(up: Up, assignment: str) -> subprocess.CompletedProcess[str]:
    """Again where the module is just starting anew, as it does at the film's end: then nobody answers."""
    command = [sys.executable, "-m", "local", "twin", "--data", str(up.data), "set", assignment]
    done = list[subprocess.CompletedProcess[str]]()

    def answered() -> bool:
        done.append(subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=60))
        return "not connected" not in done[-1].stderr

    wait_until(answered, "the module is connected", 60)
    return done[-1]


def test_what_it_says_of_the_twin_works_when_pasted(up: Up) -> None:
    lines = [line.removeprefix("twin").strip() for line in up.said if " twin " in line]
    assert len(lines) == 2
    for line in lines:
        done = subprocess.run(  # noqa: S602 - as a user pastes it
            f"{line} --data {up.data}", shell=True, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, (line, done.stderr)


def test_what_the_module_refuses_is_told_with_the_reason_and_status_1(up: Up) -> None:
    wait_until(lambda: shown(up)["reported"].get("settings"), "the module's first report", 60)
    wrong, right = set_while_connected(up, "JpegQuality=soon"), set_while_connected(up, "JpegQuality=")
    assert (wrong.returncode, right.returncode) == (1, 0), (wrong.stderr, right.stderr)
    assert "refused: JpegQuality: " in wrong.stderr
    assert right.stderr == "in force\n"


def test_the_person_model_reaches_the_module_by_its_twin(up: Up) -> None:
    wanted = shown(up)["desired"]["ModelZipSha256"]
    wait_until(lambda: shown(up)["reported"].get("model", {}).get("sha256") == wanted, "the model in force", 60)


def test_a_setting_changed_in_the_twin_reaches_the_running_module(up: Up) -> None:
    twin(up, "set", "TimeBetweenPicturesInSeconds=7")
    version = shown(up)["desired"]["$version"]

    def in_force() -> bool:
        settings = shown(up)["reported"].get("settings", {})
        return bool(settings.get("version") == version and not settings.get("refused"))

    wait_until(in_force, "the new setting in force", 60)


def test_a_camera_module_that_dies_is_started_again_and_the_page_shows_it(up: Up) -> None:
    address = next(word for line in up.said for word in line.split() if word.startswith("http://127.0.0.1:"))

    def away() -> int:
        number: int = requests.get(f"{address}api/health", timeout=10).json()["camerasAway"]
        return number

    children = psutil.Process(up.child.process.pid).children(recursive=True)
    wait_until(lambda: away() == 0, "the camera is on", 60)
    next(child for child in children if "edge" in child.cmdline()).kill()
    wait_until(lambda: away() == 1, "the page shows that the camera is away", 60)
    wait_until(lambda: away() == 0, "the camera is on again", 60)


def test_a_taken_port_or_folder_is_told_before_anything_starts(up: Up) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for arguments, says in ((["--dashboard-port", port], port), (["--data", str(up.data)], "another server")):
            command = [sys.executable, "-m", "local", "up", *arguments]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
            assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
            assert says in done.stderr


def test_a_camera_module_that_can_not_work_ends_it_with_the_reason(tmp_path: Path) -> None:
    """A picture by its first bytes alone: what it holds, only the module finds out."""
    with Image.new("RGB", (64, 64)) as picture:
        picture.save(tmp_path / "cut.png")
    (tmp_path / "cut.png").write_bytes((tmp_path / "cut.png").read_bytes()[:45])
    command = [sys.executable, "-m", "local", "up", "--source", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=150)
    assert done.returncode == 2, done.stderr
    assert "none of the pictures in this folder can be read" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--source", "README.md"], "not a video"),
        (["--dashboard-port", "99999"], "--dashboard-port"),
        (["--data", "/proc/no-such-place"], "--data /proc/no-such-place"),
    ],
)
def test_what_can_be_known_at_once_is_told_before_anything_starts(arguments: list[str], says: str) -> None:
    command = [sys.executable, "-m", "local", "up", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert says in done.stderr.splitlines()[-1]
    assert "starting" not in done.stderr
    assert "Traceback" not in done.stderr


def test_all_files_of_a_run_are_its_users_own(up: Up) -> None:
    """Pictures, templates, keys and rows: of every process, those of other makers too."""
    paths = [up.data, *up.data.rglob("*")]
    assert len(paths) > 20
    open_to_others = [path.name for path in paths if not path.is_symlink() and path.stat().st_mode & 0o077]
    assert not open_to_others
