"""The settings in force, which the twin may change while the module runs."""

import threading
from collections.abc import Callable, Mapping

import structlog
from pydantic import JsonValue

from edge.errors import SettingsRefused
from edge.settings import Settings, resolve

Listener = Callable[[Settings, Settings], None]

log = structlog.get_logger()


class SettingsInForce:
    """Settings from the environment and the twin. A change is taken whole or not at all. Safe for threads."""

    def __init__(self, environment: Mapping[str, str], desired: Mapping[str, JsonValue] | None = None) -> None:
        """desired: the twin's desired properties. Raises SettingsRefused."""
        self._environment = environment
        self._desired = dict(desired or {})
        self._current = resolve(environment, self._desired)
        self._checks: list[Callable[[Settings], None]] = []
        self._listeners: list[Listener] = []
        self._lock = threading.Lock()
        self.refused: dict[str, str] = {}

    @property
    def current(self) -> Settings:
        """The settings now."""
        return self._current

    @property
    def version(self) -> JsonValue:
        """The twin's version that was looked at last, whether taken or refused."""
        return self._desired.get("$version")

    def check(self, check: Callable[[Settings], None]) -> None:
        """Ask `check` before each change; it raises SettingsRefused for what can't be used on this machine."""
        self._checks.append(check)

    def on_change(self, listener: Listener) -> None:
        """Call `listener(old, new)` after each change."""
        self._listeners.append(listener)

    def patch(self, patch: Mapping[str, JsonValue]) -> dict[str, str]:
        """Apply a patch of desired properties; null takes a property away, back to environment or default.

        The twin is judged as it stands now in IoT Hub, with everything refused earlier: so what a restart would
        refuse stays refused and reported until it is mended. Returns the reasons, or {} if taken.
        """
        with self._lock:
            try:
                self._desired = merged(self._desired, patch)
                new = resolve(self._environment, self._desired)
                for check in self._checks:
                    check(new)
            except SettingsRefused as refused:
                self.refused = refused.reasons
                return refused.reasons
            except Exception as error:  # noqa: BLE001 - whatever the twin holds, the settings before go on
                self.refused = {"twin": f"can't be judged ({type(error).__name__})"}
                return self.refused
            old, self._current, self.refused = self._current, new, {}
            if new != old:
                self._tell(old, new)
        return {}

    def _tell(self, old: Settings, new: Settings) -> None:
        """Every listener, also if one of them fails."""
        for listener in self._listeners:
            try:
                listener(old, new)
            except Exception as error:  # noqa: BLE001 - as above
                log.error("change failed", kind=type(error).__name__)


def merged(desired: Mapping[str, JsonValue], patch: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """A twin after a patch: objects merge, null takes away (RFC 7386), as IoT Hub does it."""
    result = dict(desired)
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict):
            before = result.get(name)
            result[name] = merged(before if isinstance(before, dict) else {}, value)
        else:
            result[name] = value
    return result
