"""Modules' messages to the hub: the newest are kept, as JSON lines on disk."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from local.iot_edge import payload
from local.iot_edge.errors import NotJson

OUTPUT = "$.on"
LARGEST_FILE = 4 * 1024 * 1024


@dataclass(frozen=True)
class Message:
    """A message of a module, or of the device itself; `properties` holds the output's name under `$.on`."""

    module: str | None
    properties: Mapping[str, str]
    body: bytes

    def as_json(self, received: datetime) -> dict[str, object]:
        """For the file and for services: the body as JSON if it is, else as text."""
        text = self.body.decode(errors="replace")
        try:
            body = payload.parse(self.body)
        except NotJson:
            body = text
        properties = {name: value for name, value in self.properties.items() if name != OUTPUT}
        return {
            "enqueuedAt": received.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "module": self.module,
            "output": self.properties.get(OUTPUT),
            "properties": properties,
            "body": body,
        }


class TelemetryLog:
    """Two files that take turns, so that at most twice LARGEST_FILE is kept."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file, self._older = folder / "telemetry.jsonl", folder / "telemetry.older.jsonl"

    def add(self, message: Message, received: datetime) -> None:
        """Keep a message; it is with the kernel when this returns."""
        if self._file.exists() and self._file.stat().st_size > LARGEST_FILE:
            self._file.replace(self._older)
        with self._file.open("ab", buffering=0) as file:
            file.write(json.dumps(message.as_json(received)).encode() + b"\n")

    def newest(self, count: int) -> list[dict[str, object]]:
        """Up to `count` messages, oldest first; a line that a death cut off is left out."""
        lines: list[str] = []
        for file in (self._older, self._file):
            if file.exists():
                lines += file.read_text(errors="replace").splitlines()
        found = []
        for line in lines[-count:]:
            try:
                found.append(json.loads(line))
            except ValueError:
                continue
        return found
