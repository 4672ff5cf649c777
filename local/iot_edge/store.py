"""What is kept of each module across a restart: its twin, and what it has subscribed to."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from local.folder import write_private
from local.iot_edge.errors import StateDamaged
from local.iot_edge.twin import Twin


@dataclass(frozen=True)
class Record:
    """A module's twin and its MQTT subscriptions."""

    twin: Twin = field(default_factory=Twin)
    subscriptions: frozenset[str] = frozenset()


class Store:
    """One file a module, replaced at once at each change."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder

    def load(self, client_id: str) -> Record | None:
        """What was kept, if anything was. Raises StateDamaged."""
        file = self._file(client_id)
        if not file.exists():
            return None
        try:
            kept = json.loads(file.read_text())
            desired, reported = kept["twin"]["desired"], kept["twin"]["reported"]
            versions = int(desired.pop("$version")), int(reported.pop("$version"))
            return Record(Twin(desired, reported, *versions), frozenset(map(str, kept["subscriptions"])))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise StateDamaged(f"{file} is not what this server writes: remove it to start anew") from None

    def save(self, client_id: str, record: Record) -> None:
        """Keep it."""
        kept = {"twin": record.twin.as_json(), "subscriptions": sorted(record.subscriptions)}
        write_private(self._file(client_id), json.dumps(kept))

    def _file(self, client_id: str) -> Path:
        return self._folder / f"{client_id.replace('/', '~')}.json"
