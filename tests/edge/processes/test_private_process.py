"""What a running module shows of itself to others on the machine: no secret, no file, no memory."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.azurite import StorageAccount
from tests.edge.processes.edge_process import ROOT, EdgeProcess
from tests.edge.scenes import photograph, shop, with_guest, write_video

PASSWORD = "QX/ZJ#77?KQ@XZ"


def shows(text: str) -> bool:
    """Whether a text holds any part of the password."""
    return any(part in text for part in ("QX/", "ZJ#", "77?", "KQ@", "ZJ77", "XZ@"))


def everything_of(process: "subprocess.Popen[str]") -> str:
    """Command lines and environments of a process and its children, as /proc shows them."""
    pids = [process.pid, *map(int, Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split())]
    return "".join(Path(f"/proc/{pid}/{name}").read_text() for pid in pids for name in ("cmdline", "environ"))


@pytest.fixture
def secrets_dir(tmp_path: Path, storage: StorageAccount, container: str) -> Path:
    """All that is secret, as files."""
    folder = tmp_path / "secrets"
    folder.mkdir()
    (folder / "PictureStorage").write_text(storage.upload_connection_string(container))
    (folder / "CameraSource").write_text(f"rtsp://admin:{PASSWORD}@127.0.0.1:1/live\n")
    return folder


@pytest.fixture
def settings(tmp_path: Path, secrets_dir: Path, container: str) -> dict[str, str]:
    return {
        "Store": "north",
        "Camera": "door-1",
        "SpoolFolder": str(tmp_path / "spool"),
        "PICTURE_CONTAINER": container,
        "SECRETS_DIR": str(secrets_dir),
    }


def test_a_lost_camera_is_said_without_its_password_anywhere(settings: dict[str, str]) -> None:
    with EdgeProcess([], settings) as edge:
        edge.until(lambda: len(edge.logged("camera lost")) >= 2)
        assert not shows(" ".join(edge.lines) + everything_of(edge.process))
        assert "sig=" not in everything_of(edge.process)


@pytest.mark.parametrize("scheme", ["rtsp://", "rtsp:/", "rtsp;//", ""])
def test_a_password_on_the_command_line_or_in_a_misspelt_address_is_not_repeated(
    settings: dict[str, str], scheme: str
) -> None:
    address = f"{scheme}admin:{PASSWORD}@127.0.0.1:1/live"
    for arguments, changed in ((["--source", address], {}), ([], {"CameraSource": address})):
        if (scheme, arguments) == ("rtsp://", []):
            continue  # that is a camera's address
        with EdgeProcess(arguments, {**settings, **changed}) as edge:
            assert edge.wait() == 2
            assert len(edge.lines) == 1
            assert not shows(edge.lines[0])
            assert "CameraSource" in edge.lines[0] or "rtsp://" in edge.lines[0]


@pytest.fixture
def guests(tmp_path: Path, photographs: list[Path]) -> Path:
    """Guests for a while."""
    one = photograph(photographs[0])
    steps = [with_guest(shop(640, 360), one, left=100 + 3 * step, height=330) for step in range(10)]
    return write_video(tmp_path / "guests.mp4", steps * 30)


@pytest.fixture
def running(settings: dict[str, str], guests: Path) -> Iterator[EdgeProcess]:
    """A module whose storage can't be reached, so that pictures lie in its spool."""
    (Path(settings["SECRETS_DIR"]) / "PictureStorage").write_text(
        "BlobEndpoint=http://127.0.0.1:1/a;SharedAccessSignature=sig=QXZJ77"
    )
    with EdgeProcess(["--source", str(guests)], settings) as edge:
        edge.until(lambda: edge.counts.get("spooled"))
        yield edge


def test_its_files_are_its_owners_alone(running: EdgeProcess, settings: dict[str, str]) -> None:
    spool = Path(settings["SpoolFolder"])
    assert running.process.poll() is None
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in [spool, *spool.rglob("*")]}
    assert len(modes) >= 4
    assert all(mode in (0o700, 0o600) for mode in modes.values()), modes


def test_its_memory_is_never_written_to_a_core_file_and_not_for_others_to_read(running: EdgeProcess) -> None:
    limits = Path(f"/proc/{running.process.pid}/limits").read_text().splitlines()
    (core,) = [line.split() for line in limits if line.startswith("Max core file size")]
    assert core[4:6] == ["0", "0"]


DUMPABLE = """
import ctypes, os
from edge.private_process import keep_private
before = ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)
keep_private()
print(before, ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), oct(os.umask(0)))
"""


def test_a_private_process_is_not_dumpable() -> None:
    done = subprocess.run(
        [sys.executable, "-c", DUMPABLE], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == ["1", "0", "0o77"]


PEER = """
import ctypes, os
from edge.private_process import keep_private
os.setuid(65534)
libc = ctypes.CDLL(None)
libc.prctl(4, 1, 0, 0, 0)  # setuid has made it undumpable: begin as any process does

def peer_reads():
    if peer := os.fork():
        return os.waitstatus_to_exitcode(os.waitpid(peer, 0)[1]) == 0
    libc.prctl(4, 1, 0, 0, 0)
    try:
        open(f"/proc/{os.getppid()}/environ", "rb").read()
    except PermissionError:
        os._exit(1)
    os._exit(0)

before = peer_reads()
keep_private()
print(before, peer_reads())
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become someone who isn't root")
def test_another_process_of_the_same_user_cannot_read_the_modules_environment() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PEER], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == ["True", "False"]


def test_a_spool_that_others_can_read_is_refused_with_what_to_do(settings: dict[str, str], guests: Path) -> None:
    spool = Path(settings["SpoolFolder"])
    spool.mkdir(mode=0o755)
    spool.chmod(0o755)
    with EdgeProcess(["--source", str(guests)], settings) as edge:
        assert edge.wait() == 2
        assert "chmod 700" in edge.lines[-1]
