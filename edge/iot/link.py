"""The module's side of the conversation with IoT Hub: settings in, the device's state out; nothing of people."""

import threading
import time
from datetime import UTC, datetime

import structlog
from pydantic import JsonValue

from edge.iot.client import EdgeHub, HubUnreachable
from edge.iot.methods import Controls, answer
from edge.settings_in_force import SettingsInForce

LONGEST_UNREPORTED = 60.0
PAUSE = 2.0
"""Seconds until a report that failed is tried again."""

log = structlog.get_logger()


class Link:
    """Keeps IoT Hub informed, in a thread. Use as a context manager, once settings and controls work."""

    def __init__(self, hub: EdgeHub, settings: SettingsInForce, controls: Controls, heartbeat_seconds: float) -> None:
        """heartbeat_seconds: how often a heartbeat goes to the output `heartbeat`."""
        self._hub, self._settings, self._controls = hub, settings, controls
        self._heartbeat_seconds = heartbeat_seconds
        self._stopping = threading.Event()
        self._reported: dict[str, JsonValue] = {}
        self._reported_at = float("-inf")
        self._thread = threading.Thread(target=self._run, name="iot", daemon=True)

    def __enter__(self) -> "Link":
        self._hub.on_desired(self._patched)
        self._hub.on_method(lambda name: answer(self._controls, name))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join(timeout=10)
        self._hub.close()

    def _patched(self, patch: dict[str, JsonValue]) -> None:
        reasons = self._settings.patch(patch)
        if reasons:
            log.warning("settings refused", reasons=reasons)
        else:
            log.info("settings in force", version=self._settings.version)

    def _run(self) -> None:
        beat_at = time.monotonic()
        while not self._stopping.wait(0.5):
            try:
                self._report()
                if time.monotonic() - beat_at >= self._heartbeat_seconds:
                    self._hub.send("heartbeat", self._heartbeat())
                    beat_at = time.monotonic()
            except HubUnreachable as unreachable:
                log.warning("hub unreachable", reason=str(unreachable))
                self._stopping.wait(PAUSE)
            except Exception as error:  # noqa: BLE001 - pictures matter more than reports; the next round tries again
                log.error("report failed", reason=type(error).__name__)
                self._stopping.wait(PAUSE)

    def _heartbeat(self) -> dict[str, JsonValue]:
        """For an alert on devices that fall silent: the device is there. Nothing of what its camera sees."""
        current = self._settings.current
        return {
            "schema": "footfall.heartbeat/1",
            "store": current.store,
            "camera": current.camera,
            "at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }

    def _report(self) -> None:
        """What has changed: at once if it is a change of state, with the next minute if only figures moved."""
        status = self._controls.status()
        changed = {name: value for name, value in status.items() if self._reported.get(name) != value}
        overdue = time.monotonic() - self._reported_at >= LONGEST_UNREPORTED
        urgent = changed.keys() - FIGURES
        if urgent or (changed and overdue):
            self._hub.report({name: _replacing(self._reported.get(name), value) for name, value in changed.items()})
            self._reported |= changed
            self._reported_at = time.monotonic()


FIGURES = frozenset(("frames", "spool"))
"""Reported properties that move by themselves."""


def _replacing(old: JsonValue, new: JsonValue) -> JsonValue:
    """A patch that leaves `new` in place of `old`: a twin's objects merge, so what is gone must be set to null."""
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return new
    return dict.fromkeys(old) | {name: _replacing(old.get(name), value) for name, value in new.items()}
