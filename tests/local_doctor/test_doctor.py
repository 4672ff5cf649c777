"""What the doctor finds, on this machine and on ones that are unfit; against real storage, cameras, ports."""

import io
import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from rich.console import Console

from local.__main__ import main
from local.azurite import StorageAccount
from local.doctor import machine
from local.doctor.camera import camera
from local.doctor.cli import table
from local.doctor.finding import Finding, unasked, well, wrong
from local.doctor.storage import clock
from local.doctor.storage import storage as ask
from local.footage.sample import sample_footage

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
VERSION = "2019-07-07"


@pytest.fixture(autouse=True)
def _nothing_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PictureStorage", "CameraSource"):
        monkeypatch.delenv(name, raising=False)


def test_on_this_machine_all_is_well_and_what_was_not_asked_says_how(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"], "footfall") == 0
    said = capsys.readouterr().out
    assert "all well" in said
    assert "--camera" in said
    assert "PictureStorage" in said


def test_each_fault_comes_with_what_to_do_and_status_1(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MODELS_DIR", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert main(["doctor", "--port", port, "--camera", "rtsp://127.0.0.1:9/live"], "footfall") == 1
    said = capsys.readouterr().out
    assert "models: run `make models`" in said
    assert "ports: choose another" in said
    assert "camera: is it on" in said


def test_an_address_with_a_password_is_neither_taken_from_the_command_line_nor_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    address = "rtsp://viewer:pass-word@127.0.0.1:9/live"
    assert main(["doctor", "--camera", address], "footfall") == 2
    monkeypatch.setenv("CameraSource", address)
    assert main(["doctor"], "footfall") == 1
    assert "pass-word" not in "".join(capsys.readouterr())


def test_a_full_disk_and_a_wrong_python_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = machine.room(tmp_path / "not" / "yet", "room for runs", 10**9, "make room, or set TMPDIR")
    assert (full.state, full.todo) == ("wrong", "make room, or set TMPDIR (1000000000 MB are needed)")
    monkeypatch.setattr("sys.version_info", (3, 9, 1))
    assert "3.11, 3.12 or 3.13" in machine.python().todo


def test_a_package_of_another_version_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local.doctor.machine.version", lambda _name: "0.0.1")
    found = machine.packages()
    assert found.state == "wrong"
    assert "duckdb" in found.says


def test_a_camera_that_shows_a_picture_is_well() -> None:
    found = camera(str(sample_footage()))
    assert found.state == "well"
    assert "×" in found.says


def test_what_is_no_camera_is_told(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("no video")
    assert camera(str(tmp_path / "text.mp4")).state == "wrong"
    assert camera("97").state == "wrong"


def test_storage_that_takes_the_key_is_well_and_its_clock_is_read(storage: StorageAccount) -> None:
    storage.create_container("pictures")
    whole, upload = storage.connection_string, storage.upload_connection_string("pictures")
    for connection_string in (whole, upload):
        assert [(found.about, found.state) for found in ask(connection_string, "pictures", VERSION)] == [
            ("storage", "well"),
            ("clock", "well"),
        ]
    late = ask(whole, "pictures", VERSION, now=datetime.now(UTC) + timedelta(hours=1))
    assert late[1].state == "wrong"
    assert "ahead" in late[1].says


def test_storage_s_refusals_are_told_apart(storage: StorageAccount) -> None:
    storage.create_container("pictures")
    absent = ask(storage.connection_string, "elsewhere", VERSION)[0]
    other = StorageAccount("b3RoZXI=", storage.blob, storage.queue, storage.table)
    key = ask(other.connection_string, "pictures", VERSION)[0]
    away = ask(
        "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=b3RoZXI=;BlobEndpoint=http://127.0.0.1:9/a;",
        "pictures",
        VERSION,
    )[0]
    broken = ask("nonsense", "pictures", VERSION)[0]
    assert "no container 'elsewhere'" in absent.says
    assert "refuses the key" in key.says
    assert "does not answer" in away.says
    assert "no connection string" in broken.says


@pytest.mark.parametrize(
    ("seconds", "state"), [(0, "well"), (59, "well"), (-59, "well"), (61, "wrong"), (-3600, "wrong")]
)
def test_a_clock_may_be_a_minute_apart(seconds: int, state: str) -> None:
    there = format_datetime(NOW, usegmt=True)
    assert clock({"date": there}, NOW + timedelta(seconds=seconds)).state == state


def test_an_answer_without_a_time_is_told() -> None:
    assert clock({}, NOW).state == "wrong"
    assert clock({"Date": "yesterday"}, NOW).state == "wrong"


@pytest.mark.parametrize("finding", [well("a", "b"), wrong("a", "b", "c"), unasked("a", "c")], ids=lambda f: f.state)
def test_each_state_can_be_told_without_colour(finding: Finding) -> None:
    console = Console(file=io.StringIO(), width=80, color_system=None)
    console.print(table([finding]))
    assert isinstance(console.file, io.StringIO)
    assert {"well": "✓", "wrong": "✗", "not looked at": "–"}[finding.state] in console.file.getvalue()
