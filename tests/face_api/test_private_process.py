"""What a running service shows to others on the machine: no secret, no file, no memory; and whom it calls: nobody."""

import stat
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from face_api.errors import CannotStart
from face_api.storage.sqlite import SqliteDatabase
from tests.face_api.pictures import detect
from tests.face_api.server import REPOSITORY, face_server

KEY = "a-key-out-of-a-file"


@pytest.fixture
def secrets_dir(tmp_path: Path) -> Path:
    """All that is secret, as files."""
    folder = tmp_path / "secrets"
    folder.mkdir()
    (folder / "FACE_API_KEY").write_text(KEY + "\n")
    (folder / "FACE_API_ERASING_KEY").write_text("a-key-to-erase")
    return folder


def test_secrets_are_read_from_files_and_shown_by_neither_the_command_line_nor_the_environment(
    tmp_path: Path, secrets_dir: Path
) -> None:
    environment = {"SECRETS_DIR": str(secrets_dir), "FACE_API_KEY": None}
    with face_server("--data", str(tmp_path / "d"), "--workers", "1", key=KEY, environment=environment) as server:
        shown = [Path(f"/proc/{server.process.pid}/{name}").read_bytes() for name in ("cmdline", "environ")]
        assert all(KEY.encode() not in one for one in shown)
        with server.client() as client, server.client("a-key-to-erase") as eraser:
            assert client.get("/face/v1.0/facelists").status_code == 200
            assert client.delete("/visitors/v1/shop").status_code == 401
            assert eraser.delete("/visitors/v1/shop").status_code == 200
        assert httpx.get(f"{server.url}/face/v1.0/facelists").status_code == 401


def test_its_files_are_its_owners_alone_and_its_memory_is_never_dumped(
    tmp_path: Path, photographs: list[bytes]
) -> None:
    folder = tmp_path / "faces"
    with face_server("--data", str(folder), "--workers", "1") as server, server.client() as client:
        detect(client, photographs[0])
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.iterdir()]}
        assert len(modes) >= 4
        assert set(modes.values()) == {0o700, 0o600}
        limits = Path(f"/proc/{server.process.pid}/limits").read_text().splitlines()
        (core,) = [line.split() for line in limits if line.startswith("Max core file size")]
        assert core[4:6] == ["0", "0"]


def test_a_private_process_is_not_dumpable() -> None:
    program = (
        "import ctypes, os; from face_api.private_process import keep_private; dumpable = ctypes.CDLL(None).prctl;"
        "before = dumpable(3, 0, 0, 0, 0); keep_private(); print(before, dumpable(3, 0, 0, 0, 0), oct(os.umask(0)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "0", "0o77"]


@pytest.mark.parametrize("mode", [0o755, 0o750, 0o701])
def test_a_folder_that_others_can_get_into_is_refused(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "faces"
    folder.mkdir()
    folder.chmod(mode)
    with pytest.raises(CannotStart, match="chmod 700"):
        SqliteDatabase(folder)


def test_onnxruntime_leaves_no_report_of_what_it_does(tmp_path: Path, photographs: list[bytes]) -> None:
    home = tmp_path / "home"
    home.mkdir()
    environment = {"HOME": str(home), "XDG_CACHE_HOME": str(home), "ORT_DISABLE_TELEMETRY": "0"}
    with face_server("--workers", "1", environment=environment) as server, server.client() as client:
        assert detect(client, photographs[0], returnFaceAttributes="gender")
        assert server.stop() == 0
    assert list(home.rglob("*")) == []
