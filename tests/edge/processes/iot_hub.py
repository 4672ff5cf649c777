"""IoT Hub as an operator sees it: twins, direct methods and telemetry of a module behind the local stand-in."""

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from local.child import Child
from local.iot_edge.environment import module_environment
from local.iot_edge.running import load

MODULE = "edge"


class IotHub:
    """A running stand-in. `kill` and `start` it again: twins and addresses stay."""

    def __init__(self, data: Path, desired: Mapping[str, Any]) -> None:
        self._data = data
        self._desired = data.with_suffix(".json")
        self._desired.write_text(json.dumps(desired))
        self.start()

    def start(self) -> None:
        """Start, and wait until it serves."""
        arguments = ["iot-edge", "--data", str(self._data), "--module", f"{MODULE}={self._desired}"]
        self._child = Child("iot-edge", [sys.executable, "-m", "local", *arguments], {})
        self._child.wait_for("ready", 60)
        self._running = load(self._data)
        self.environment = module_environment(self._running, MODULE)

    def kill(self) -> None:
        """As a power cut would."""
        self._child.process.kill()
        self._child.wait_for_exit(20)

    def stop(self) -> None:
        """End it."""
        self._child.stop()

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        answer = requests.request(
            method,
            f"{self._running.service}/{path}",
            json=body,
            headers={"Authorization": f"Bearer {self._running.token}"},
            timeout=40,
        )
        answer.raise_for_status()
        return answer.json()

    def reported(self) -> dict[str, Any]:
        """The twin's reported properties."""
        twin = self._ask("GET", f"twins/{self._running.device}/modules/{MODULE}")
        reported: dict[str, Any] = twin["properties"]["reported"]
        return reported

    def desire(self, **patch: object) -> None:
        """Patch the desired properties."""
        self._ask("PATCH", f"twins/{self._running.device}/modules/{MODULE}", {"properties": {"desired": patch}})

    def call(self, method: str) -> tuple[int, Any]:
        """Call a direct method: its status and payload."""
        body = {"methodName": method, "payload": None, "responseTimeoutInSeconds": 30}
        answer = self._ask("POST", f"twins/{self._running.device}/modules/{MODULE}/methods", body)
        return answer["status"], answer["payload"]

    def messages(self) -> list[dict[str, Any]]:
        """Telemetry so far."""
        found: list[dict[str, Any]] = self._ask("GET", "telemetry?last=10000")
        return found

    def until(self, condition: Callable[[dict[str, Any]], object], seconds: float = 40) -> dict[str, Any]:
        """Wait until the reported properties are so."""
        give_up = time.monotonic() + seconds
        while True:
            reported = self.reported()
            if condition(reported):
                return reported
            assert time.monotonic() < give_up, f"reported in vain: {reported}"
            time.sleep(0.1)


@contextmanager
def iot_hub(data: Path, desired: Mapping[str, Any]) -> Iterator[IotHub]:
    """A hub with one module, `edge`, that has these desired properties."""
    data.mkdir()
    hub = IotHub(data, desired)
    try:
        yield hub
    finally:
        hub.stop()
