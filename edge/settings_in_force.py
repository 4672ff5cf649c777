"""The settings in force, which the twin may change while the module runs."""

import threading
from collections.abc import Callable, Mapping

from pydantic import JsonValue

from edge.errors import SettingsRefused
from edge.settings import Settings, resolve

Listener = Callable[[Settings, Settings], None]


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
            self._desired |= patch
            self._desired = {name: value for name, value in self._desired.items() if value is not None}
            try:
                new = resolve(self._environment, self._desired)
                for check in self._checks:
                    check(new)
            except SettingsRefused as refused:
                self.refused = refused.reasons
                return refused.reasons
            old, self._current, self.refused = self._current, new, {}
            if new != old:
                for listener in self._listeners:
                    listener(old, new)
        return {}
