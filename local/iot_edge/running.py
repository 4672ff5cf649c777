"""How others find a running stand-in: a file in its data folder, and one that points there in the runtime folder."""

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

from local.folder import runtime_folder, write_private
from local.hint import footfall
from local.iot_edge.errors import NotRunning

_FILE = "running.json"
_POINTERS = "iot-edge-*.json"


@dataclass(frozen=True)
class RunningModule:
    """What a module needs to sign in."""

    generation: str
    workload_socket: str
    key: str = field(repr=False)


@dataclass(frozen=True)
class Running:
    """A running stand-in: its process, its service API, its gateway and its modules by name."""

    process: int
    started: float
    service: str
    token: str = field(repr=False)
    hub: str
    device: str
    gateway: str
    root_certificate: str
    modules: Mapping[str, RunningModule]
    device_key: str = field(repr=False)

    @property
    def alive(self) -> bool:
        """Whether the process still runs, and is the one that wrote this."""
        try:
            return abs(psutil.Process(self.process).create_time() - self.started) < 1
        except psutil.Error:
            return False


def socket_folder(data: Path) -> Path:
    """The folder of the workload sockets of a data folder: always the same, and short, as Unix sockets need it."""
    folder = runtime_folder() / hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:12]
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def announce(data: Path, running: Running) -> None:
    """Leave word."""
    write_private(data / _FILE, json.dumps(asdict(running)))
    write_private(_pointer(data), json.dumps({"data": str(data.resolve())}))


def withdraw(data: Path) -> None:
    """Take back the word, and the sockets."""
    for file in (data / _FILE, _pointer(data)):
        file.unlink(missing_ok=True)
    shutil.rmtree(socket_folder(data))


def load(data: Path) -> Running:
    """The stand-in that uses a data folder, its own or its stack's. Raises NotRunning."""
    file = next((file for file in (data / _FILE, data / "iot-edge" / _FILE) if file.exists()), data / _FILE)
    try:
        kept = json.loads(file.read_text())
        modules = {name: RunningModule(**each) for name, each in kept.pop("modules").items()}
        running = Running(**kept, modules=modules)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        raise NotRunning(f"no IoT Edge stand-in runs on {data}") from None
    if not running.alive:
        raise NotRunning(f"the IoT Edge stand-in on {data} runs no longer")
    return running


def find() -> Running:
    """The one stand-in that this user runs. Raises NotRunning if there is none, or more than one."""
    found = {}
    for pointer in runtime_folder().glob(_POINTERS):
        try:
            data = Path(json.loads(pointer.read_text())["data"])
            found[data] = load(data)
        except (OSError, ValueError, KeyError, TypeError, NotRunning):
            pointer.unlink(missing_ok=True)
    if not found:
        raise NotRunning(f"nothing is running: start it with `{footfall('up')}`")
    if len(found) > 1:
        raise NotRunning("several are running: name one with --data " + " or --data ".join(map(str, sorted(found))))
    return next(iter(found.values()))


def _pointer(data: Path) -> Path:
    return runtime_folder() / f"iot-edge-{socket_folder(data).name}.json"
