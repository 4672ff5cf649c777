"""The whole pattern as processes on this machine: who is started with which settings, in which order."""

import json
import secrets
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import JsonValue

from local.azurite import StorageAccount, start_azurite
from local.child import Child, LogLine
from local.errors import ChildDied, ChildRefused
from local.event_hubs.cli import KEYS_VARIABLE
from local.event_hubs.connection import connection_string
from local.folder import write_private
from local.iot_edge import running
from local.iot_edge.environment import module_environment
from local.model_zip import publish

CONTAINER, POISON = "pictures", "pictures-poison"
HUB, PARTITIONS = "footfall", 4
WINDOWS_GROUP, WATCH_GROUP = "windows", "watch"
"""Consumer groups: each reader has its own, as in Azure."""
MEMORY = "visitors"
EVENT_ORDER = ("--late", "5", "--out-of-order", "2")
"""Seconds. A partition without events holds all windows back for the late tolerance, which in Azure is a day."""
MODULE = "edge"
WEIGHTS = "models/weights"
QUERY = Path("infra/stream_analytics/footfall.asaql")
UNTIL_READY_SECONDS = 60
GIVEN: Mapping[str, tuple[str, ...]] = {
    "twin": ("Store", "Camera", "Lines", "Zones"),
    "edge": ("MODELS_DIR",),
    "worker": ("ANONYMIZATION_KEY", "FACE_ATTRIBUTES", "MIN_GROUP", "DAY_START"),
    "face-api": ("MEMORY_DAYS", "MODELS_DIR"),
    "dashboard": ("TIME_ZONE", "DAY_START", "OPENING_HOURS", "FRAME_ANCESTORS"),
}
"""Which settings of the user's environment reach which process, or the twin; no other process sees them."""


@dataclass(frozen=True)
class Keys:
    """Secrets of one run; nothing of them is kept."""

    send: str = field(default_factory=lambda: secrets.token_hex(32))
    listen: str = field(default_factory=lambda: secrets.token_hex(32))
    face_api: str = field(default_factory=lambda: secrets.token_hex(32))
    anonymization: str = field(default_factory=lambda: secrets.token_hex(32))


class Stack:
    """The running processes. `start`, then `start_edge`; `stop` in any case."""

    event_order = EVENT_ORDER
    """How long the window query waits for what comes late."""

    def __init__(self, folder: Path, given: Mapping[str, str], on_log: Callable[[LogLine], None]) -> None:
        """`folder` holds all data of the run; `given` are settings from the user's environment."""
        self.folder, self._given, self._on_log = folder, given, on_log
        self.keys = Keys()
        self.children: list[Child] = []
        self.storage: StorageAccount
        self.event_hubs_port: int
        self.face_api_port: int
        self.worker_port: int | None = None
        self.dashboard_port: int

    @property
    def rows(self) -> Path:
        """The folder of the windows' outputs."""
        return self.folder / "windows"

    @property
    def device(self) -> Path:
        """The data folder of the IoT Edge stand-in."""
        return self.folder / "iot-edge"

    @property
    def health(self) -> Path:
        """Where the dashboard looks for the health strip's facts."""
        return self.rows / "health.json"

    @property
    def listen_connection_string(self) -> str:
        """Event Hubs, for readers."""
        return connection_string(self.event_hubs_port, "listen", self.keys.listen)

    def start(self, visit_gap_minutes: float) -> None:
        """Start storage, the Face API and Event Hubs. Raises LocalError when one does not come up."""
        for folder in ("azurite", "event-hubs", "face-api", "windows"):
            (self.folder / folder).mkdir(parents=True, exist_ok=True)
        face_api = self._launch_face_api(visit_gap_minutes)  # loads models meanwhile
        event_hubs = self._launch_event_hubs()
        azurite, self.storage = start_azurite(self.folder / "azurite")
        self.children.append(azurite)
        for container in (CONTAINER, POISON, "checkpoints"):
            self.storage.create_container(container)
        self.event_hubs_port = self._port(event_hubs)
        self.face_api_port = self._port(face_api)

    @property
    def pooled(self) -> bool:
        """Whether counts wait for company (MIN_GROUP) before they leave."""
        return self.function_settings["MIN_GROUP"] not in ("0", "1")

    @property
    def function_settings(self) -> dict[str, str]:
        """What FaceAnalyze reads, in either host."""
        settings = {
            "PictureStorage": self.storage.connection_string,
            "PICTURE_CONTAINER": CONTAINER,
            "EventHub": connection_string(self.event_hubs_port, "send", self.keys.send),
            "EVENT_HUB_NAME": HUB,
            "FACE_API_ENDPOINT": f"http://127.0.0.1:{self.face_api_port}",
            "FACE_API_KEY": self.keys.face_api,
            "ANONYMIZATION_KEY": self.keys.anonymization,
            "VISITOR_MEMORY": MEMORY,
            "MIN_GROUP": "0",  # nothing leaves this machine
        }
        return {**settings, **self._given_to("worker")}

    def start_worker(self) -> None:
        """FaceAnalyze in the worker."""
        self.worker_port = self._port(
            self._launch("worker", "function_app.worker", ["--port", "0"], self.function_settings)
        )

    def start_device(self, settings: Mapping[str, JsonValue]) -> None:
        """An IoT Edge device with one module, whose twin holds `settings` and points to the person model."""
        model = publish(self.storage, Path(self._given.get("MODELS_DIR", WEIGHTS)) / "person_detector.tflite")
        desired = {
            "Store": "demo-store",
            "Camera": "display-1",
            "ModelZipUrl": model.url,
            "ModelZipSha256": model.sha256,
            **settings,
            **self._given_to("twin"),
        }
        file = self.folder / "desired.json"
        write_private(file, json.dumps(desired))
        arguments = ["iot-edge", "--data", str(self.device), "--module", f"{MODULE}={file}"]
        self._port(self._launch("iot-edge", "local", arguments, {}))

    def start_edge(self, source: str) -> Child:
        """The edge module on the device, its camera pointed at `source`."""
        environment = {
            **module_environment(running.load(self.device), MODULE),
            "PictureStorage": self.storage.upload_connection_string(CONTAINER),
            "PICTURE_CONTAINER": CONTAINER,
            "SpoolFolder": str(self.folder / "spool"),
            "AllowedHosts": "127.0.0.1",
            "LogSeconds": "1",  # the views of this machine follow it by the second
        }
        if source.startswith(("rtsp://", "rtsps://")):  # may hold a password, and anyone sees a command line
            return self._launch("edge", "edge", [], {**environment, "CameraSource": source})
        return self._launch("edge", "edge", ["--source", source], environment)

    def start_dashboard(self, port: int = 0) -> None:
        """Serve the live page over the windows' rows."""
        self.dashboard_port = self._port(
            self._launch("dashboard", "dashboard", ["--rows", str(self.rows), "--port", str(port)], {})
        )

    def start_windows(self) -> Child:
        """Run the window query over what leaves as it comes; on SIGUSR1 it closes all windows and ends."""
        environment = {
            "EventHub": self.listen_connection_string,
            "EVENT_HUB_NAME": HUB,
            "EVENT_HUB_CONSUMER_GROUP": WINDOWS_GROUP,
            "CheckpointStorage": self.storage.connection_string,
        }
        arguments = ["--query", str(QUERY), "--follow", "--out", str(self.rows), *self.event_order]
        return self._launch("windows", "windows", arguments, environment)

    def check(self) -> None:
        """Raises ChildDied, or ChildRefused for a user's mistake, when a process has ended with a status but 0."""
        for child in self.children:
            if child.status:
                raise failure(child)

    def forget(self, child: Child) -> None:
        """An ended process is no longer part of the stack."""
        self.children.remove(child)

    def stop(self) -> None:
        """Stop all, last started first."""
        for child in reversed(self.children):
            child.stop()

    def _launch_face_api(self, visit_gap_minutes: float) -> Child:
        environment = {"FACE_API_KEY": self.keys.face_api, "VISIT_GAP_MINUTES": f"{visit_gap_minutes:g}"}
        return self._launch(
            "face-api", "face_api", ["--port", "0", "--data", str(self.folder / "face-api")], environment
        )

    def _launch_event_hubs(self) -> Child:
        keys = f"send={self.keys.send}:send\nlisten={self.keys.listen}:listen"
        arguments = ["event-hubs", "--port", "0", "--hub", f"{HUB}:{PARTITIONS}:{WINDOWS_GROUP},{WATCH_GROUP}"]
        data = ["--data", str(self.folder / "event-hubs")]
        return self._launch("event-hubs", "local", [*arguments, *data], {KEYS_VARIABLE: keys})

    def _launch(self, name: str, module: str, arguments: list[str], environment: Mapping[str, str]) -> Child:
        command = [sys.executable, "-m", module, *arguments]
        child = Child(name, command, {**environment, **self._given_to(name)}, on_log=self._on_log)
        self.children.append(child)
        return child

    def _given_to(self, name: str) -> dict[str, str]:
        return {key: self._given[key] for key in GIVEN.get(name, ()) if key in self._given}

    def _port(self, child: Child) -> int:
        try:
            return int(child.wait_for("ready", UNTIL_READY_SECONDS).fields["port"])
        except ChildDied:
            raise failure(child) from None


def failure(child: Child) -> ChildDied | ChildRefused:
    """What an ended child's status means; status 2 is a user's mistake that the child has put in words."""
    status = child.wait_for_exit(5)
    if status == 2:
        return ChildRefused(child.last_words)
    return ChildDied(f"{child.name} ended with status {status}: {child.last_words}")


def wait_until(condition: Callable[[], bool], stack: Stack, seconds: float, pause: float = 0.1) -> bool:
    """Wait for a condition while the stack lives; False when the time is over."""
    until = time.monotonic() + seconds
    while not condition():
        stack.check()
        if time.monotonic() > until:
            return False
        time.sleep(pause)
    return True
