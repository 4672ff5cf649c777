"""The process: its settings, its manners, its end."""

import json
import signal
from pathlib import Path

import httpx
import pytest

from tests.face_api.server import PATIENCE_SECONDS, face_server, start_command


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_status_0(tmp_path: Path, number: signal.Signals) -> None:
    with face_server("--data", str(tmp_path), "--workers", "1") as server:
        assert httpx.get(f"{server.url}/ready").status_code == 200
        assert server.stop(number) == 0
        assert next(json.loads(line)["event"] for line in server.lines if line.startswith("{")) == "ready"


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        (["--port", "70000"], {}, "port: "),
        ([], {"VISIT_GAP_MINUTES": "0"}, "VISIT_GAP_MINUTES"),
        ([], {"MEMORY_DAYS": "soon"}, "MEMORY_DAYS"),
        (["--models", "/nowhere"], {}, "make models"),
        (["--host", "0.0.0.0"], {}, "FACE_API_KEY"),  # noqa: S104 - what is refused
        (["--data", "/proc/nowhere"], {}, "/proc/nowhere"),
        ([], {"FACE_API_CALLS": "detect,everything"}, "FACE_API_CALLS"),
        ([], {"FACE_API_ERASING_KEY": "k"}, "FACE_API_ERASING_KEY must be another key"),
        ([], {"SECRETS_DIR": "/nowhere"}, "SECRETS_DIR: there is no folder"),
        (["--host", "0.0.0.0", "--api-key", "k"], {}, "no key on the command line"),  # noqa: S104 - what is refused
        (["--host", "0.0.0.0", "ApiKey=k"], {}, "no key on the command line"),  # noqa: S104 - what is refused
        (["--database", "postgresql://me:secret@127.0.0.1:1/x"], {}, "no password on the command line"),
        (["Eulen=accept"], {}, "Eulen: no such argument"),
    ],
)
def test_when_a_setting_is_wrong_then_one_line_and_status_2(
    arguments: list[str], environment: dict[str, str], said: str
) -> None:
    process = start_command("--port", "0", *arguments, environment=environment)
    _, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 2
    assert said in errors
    assert "Traceback" not in errors
    assert len([line for line in errors.splitlines() if line.startswith("face_api: ")]) == 1


def test_a_folder_serves_one_process_only(tmp_path: Path) -> None:
    with face_server("--data", str(tmp_path), "--workers", "1"):
        second = start_command("--port", "0", "--data", str(tmp_path))
        _, errors = second.communicate(timeout=PATIENCE_SECONDS)
        assert second.returncode == 2
        assert "PostgreSQL" in errors


def test_the_containers_arguments_are_taken(tmp_path: Path) -> None:
    arguments = [
        "--data",
        str(tmp_path),
        "--workers",
        "1",
        "Eula=accept",
        "Billing=https://example.invalid/",
        "ApiKey=k2",
    ]
    with face_server(*arguments, environment={"FACE_API_KEY": ""}) as server:
        assert any("billing ignored" in line for line in server.lines)
        with server.client("k2") as client:
            assert client.get("/visitors/v1/shop").status_code == 405
        with server.client("k1") as client:
            assert client.get("/visitors/v1/shop").status_code == 401


def test_a_signal_while_the_models_are_loaded_ends_it_with_status_0(tmp_path: Path) -> None:
    process = start_command("--port", "0", "--data", str(tmp_path), environment={"FACE_API_WORKERS": "4"})
    while process.poll() is None and not (tmp_path / "lock").exists():
        pass
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0
    assert "Traceback" not in errors
