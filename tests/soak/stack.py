"""The stack of `local`, of which every process can be killed and comes back, behind proxies and with clocks to turn."""

import json
import os
import random
import socket
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import JsonValue

from local.azurite import StorageAccount, start_azurite
from local.child import Child
from local.demo.source import places, resolve
from local.iot_edge import running
from local.stack import Stack
from local.twin.service import TwinService
from tests.function_app.rig import Logs
from tests.soak.arrivals import Arrivals
from tests.support.fault_proxy import Proxy

LIBFAKETIME = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)
STEPPED = ("edge", "worker", "worker-2", "face-api", "windows")
"""Whose clocks are turned, where libfaketime is installed."""
VISIT_GAP_MINUTES = 60.0
SETTINGS = {"FramesPerSecond": 2, "TimeBetweenPicturesInSeconds": 5, "TrafficSeconds": 15}
AZURITE = "azurite"
AZURITE_SAVES_WITHIN_SECONDS = 15


@dataclass(frozen=True)
class _Launch:
    module: str
    arguments: list[str]
    environment: Mapping[str, str]


class SoakStack(Stack):
    """Azurite and the Face API are reached through `storage_proxy` and `face_proxy`; `direct` is storage without."""

    event_order = ("--late", "1814399", "--out-of-order", "599")
    """Nothing that comes after an outage is moved to another window."""

    def __init__(self, folder: Path, chance: random.Random, arrivals: Arrivals) -> None:
        self.logs = Logs()
        super().__init__(folder, {}, self.logs.lines.append)
        self.named: dict[str, Child] = {}
        self._launches: dict[str, _Launch] = {}
        self._pids: list[int] = []
        self.storage_proxy = Proxy("storage", random.Random(chance.random()), arrivals.put)  # noqa: S311
        self.face_proxy = Proxy("Face API", random.Random(chance.random()))  # noqa: S311
        self.direct: StorageAccount
        self.source = resolve("sample", os.environ)

    def begin(self) -> None:
        """Start everything."""
        self.start(VISIT_GAP_MINUTES)
        self.named[AZURITE] = self.children[-1]
        self.direct, self.storage_proxy.target = self.storage, _port(self.storage.blob)
        self.storage = replace(self.storage, blob=self.storage_proxy.url)
        self.face_proxy.target, self.face_api_port = self.face_api_port, self.face_proxy.port
        self.start_worker()
        self._port(self._launch("worker-2", "function_app.worker", ["--port", "0"], self.function_settings))
        self.start_device({**SETTINGS, **places("sample")})
        self.start_windows().wait_for("ready", 60)
        self.start_dashboard()
        self.start_edge(self.source)

    def stop(self) -> None:
        """Stop the proxies too."""
        self.storage_proxy.faults, self.face_proxy.faults = [], []
        super().stop()
        self.storage_proxy.close()
        self.face_proxy.close()
        for left in (each for pid in self._pids for each in Path("/dev/shm").glob(f"*faketime_s*_{pid}")):  # noqa: S108
            left.unlink(missing_ok=True)  # of killed processes

    def port(self, name: str) -> int:
        """Where a process listens, without a proxy between."""
        if name == AZURITE:
            return self.storage_proxy.target
        return int(self._launches[name].arguments[self._launches[name].arguments.index("--port") + 1])

    def revive(self, name: str) -> None:
        """Start a process that has ended anew: same command, same port. It may take a while until it answers."""
        self.children.remove(self.named[name])
        if name != AZURITE:
            self._run(name, self._launches[name])
            return
        ports = tuple(_port(url) for url in (self.direct.blob, self.direct.queue, self.direct.table))
        self.named[name], _ = start_azurite(self.folder / "azurite", self.direct.key, ports)  # type: ignore[arg-type]
        self.children.append(self.named[name])

    def turn_clock(self, name: str, to: str) -> None:
        """Set a process' wall clock: libfaketime's words, as `+120` (seconds) or a moment. The steady clock goes on."""
        file = self._clock(name)
        half = file.with_suffix(".new")
        half.write_text(to)
        half.replace(file)

    def azurite_saved_after(self, moment: float) -> bool:
        """Whether Azurite has written its index since: what it confirmed in the seconds before, a kill may take."""
        index = self.folder / "azurite" / "__azurite_db_blob__.json"
        return index.exists() and index.stat().st_mtime > moment

    @property
    def desired(self) -> dict[str, JsonValue]:
        """The twin's desired properties as they were at the start."""
        kept: dict[str, JsonValue] = json.loads((self.folder / "desired.json").read_text())
        return kept

    def twin(self) -> TwinService:
        """The cloud's side of the edge module; the caller closes it. Raises LocalError."""
        return TwinService(running.load(self.device), "edge")

    def _launch(self, name: str, module: str, arguments: list[str], environment: Mapping[str, str]) -> Child:
        arguments = [str(free_port()) if argument == "0" else argument for argument in arguments]
        if module == "local" and "--port" not in arguments:
            arguments += ["--port", str(free_port())]
        launch = _Launch(module, arguments, {**environment, **self._clock_environment(name)})
        self._launches[name] = launch
        return self._run(name, launch)

    def _run(self, name: str, launch: _Launch) -> Child:
        self.named[name] = super()._launch(name, launch.module, launch.arguments, launch.environment)
        self._pids.append(self.named[name].process.pid)
        return self.named[name]

    def _clock(self, name: str) -> Path:
        (self.folder / "clocks").mkdir(exist_ok=True)
        return self.folder / "clocks" / name

    def _clock_environment(self, name: str) -> dict[str, str]:
        if LIBFAKETIME is None or name not in STEPPED:
            return {}
        self.turn_clock(name, "+0")
        return {
            "LD_PRELOAD": str(LIBFAKETIME),
            "PYTHONPATH": str(Path(__file__).with_name("clock")),
            "FAKETIME_TIMESTAMP_FILE": str(self._clock(name)),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _port(url: str) -> int:
    return int(url.rpartition(":")[2])
