"""`python -m local iot-edge` and `python -m local twin`, as a user types them."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.__main__ import main
from local.iot_edge.errors import BadArgument
from local.twin.values import patch
from tests.local_iot_edge.conftest import Served, start


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    status: int
    stdout: str
    stderr: str


Call = Callable[..., Done]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Runs a command in this process, with the runtime folder under `temporary`."""
    monkeypatch.setattr("local.log.configure", lambda: None)

    def run(*arguments: str, temporary: str) -> Done:
        monkeypatch.setattr("tempfile.tempdir", temporary)
        capsys.readouterr()
        status = main(list(arguments))
        return Done(status, *capsys.readouterr())

    return run


def test_the_twin_of_the_only_running_stack_is_shown_and_changed(call: Call, starts: Callable[[], Served]) -> None:
    served = starts()

    changed = call(
        "twin", "set", "RequireFace=false", "Store=demo", "JpegQuality=85", "Gone=1", temporary=served.temporary
    )
    call("twin", "set", "Gone=", "Camera.Gain=0.5", temporary=served.temporary)
    shown = call("twin", "--data", str(served.data), "show", temporary="/nowhere")
    behind = call("twin", "show", "--data", str(served.data), temporary="/nowhere")

    assert (changed.status, changed.stderr) == (0, "the module is not connected: it gets this when it starts\n")
    assert behind.stdout == shown.stdout, "--data may stand behind the action as well"
    desired = json.loads(shown.stdout)["properties"]["desired"]
    del desired["$version"]
    assert desired == {"RequireFace": False, "Store": "demo", "JpegQuality": 85, "Camera": {"Gain": 0.5}}


def test_a_method_on_a_module_that_is_away_says_so(call: Call, starts: Callable[[], Served]) -> None:
    served = starts()

    done = call("twin", "method", "ping", '{"a": 1}', temporary=served.temporary)

    assert (done.status, done.stderr) == (2, "module edge is not connected, or busy\n")


def test_without_a_running_stack_one_line_says_what_to_do(call: Call, tmp_path: Path) -> None:
    for arguments in (["show"], ["--data", str(tmp_path), "show"]):
        done = call("twin", *arguments, temporary=str(tmp_path))
        assert (done.status, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    hint = call("twin", "show", temporary=str(tmp_path)).stderr.split("`")[1]
    pasted = subprocess.run(f"{hint} --help", shell=True, capture_output=True, text=True, check=False)  # noqa: S602
    assert pasted.returncode == 0, "what it says to start can be pasted into a shell"
    assert "--dashboard-port" in pasted.stdout


def test_where_several_run_one_must_be_named(call: Call, starts: Callable[[], Served], tmp_path: Path) -> None:
    served = starts()
    second = start(tmp_path / "second", ["a", "b"], served.temporary)
    try:
        done = call("twin", "show", temporary=served.temporary)
        unnamed = call("twin", "--data", str(tmp_path / "second"), "show", temporary=served.temporary)
    finally:
        second.stop()

    assert done.status == unnamed.status == 2
    assert str(tmp_path / "second") in done.stderr
    assert unnamed.stderr == "name one of the modules with --module: a, b\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--module", "a/b"], "letters, digits"),
        (["--module", "edge=/nowhere.json"], "/nowhere.json"),
        (["--module", "edge=/etc/hostname"], "JSON"),
        (["--module", "edge", "--port", "99999"], "--port"),
        (["--module", "edge", "--address", "10.0.0.1"], "127.0.0.0/8"),
        (["--module", "edge", "--address", "somewhere"], "127.0.0.0/8"),
        (["--module", "edge", "--device", ""], "names"),
    ],
)
def test_a_wrong_argument_ends_in_one_line_and_status_2(
    call: Call, arguments: list[str], says: str, tmp_path: Path
) -> None:
    done = call("iot-edge", "--data", str(tmp_path / "data"), *arguments, temporary=str(tmp_path))

    assert done.status == 2
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_data_folder_has_one_server_and_damage_to_it_is_named(call: Call, starts: Callable[[], Served]) -> None:
    served = starts()
    arguments = ("--data", str(served.data), "--module", "edge")
    taken = call("iot-edge", *arguments, temporary=served.temporary)
    served.child.stop()
    (served.data / "identities.json").write_text("{")
    damaged = call("iot-edge", *arguments, temporary=served.temporary)

    assert (taken.status, damaged.status) == (2, 2)
    assert "another server" in taken.stderr
    assert "identities.json" in damaged.stderr


def test_values_are_read_as_json_or_else_as_text() -> None:
    assert patch(["a=true", "b=3", "c=0.5", "d=text", 'e="3"', "f=", "g.h=x=y", "g.i=[1]", "j=NaN"]) == {
        "a": True, "b": 3, "c": 0.5, "d": "text", "e": "3", "f": None, "g": {"h": "x=y", "i": [1]}, "j": "NaN",
    }  # fmt: skip
    for bad in ("a", "=1", "a..b=1"):
        with pytest.raises(BadArgument):
            patch([bad])
    with pytest.raises(BadArgument):
        patch(["a=1", "a.b=2"])


@given(st.text(max_size=30).filter(lambda text: "." not in text.partition("=")[0]))
def test_every_assignment_is_read_or_refused(text: str) -> None:
    try:
        assert len(patch([text])) == 1
    except BadArgument:
        assert text.startswith("=") or "=" not in text
