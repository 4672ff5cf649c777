"""Event hubs: partitions that keep events and tell readers."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from local.event_hubs.broker.event_log import EventLog, Retention, Storable
from local.event_hubs.broker.partition_key import partition_number
from local.event_hubs.broker.readers import Readers
from local.event_hubs.errors import BadArgument, DataFolderUnfit, Refused

MOST_PARTITIONS = 32
DEFAULT_GROUP = "$default"
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,254}[A-Za-z0-9])?")
_GROUP = re.compile(r"[A-Za-z0-9$]([A-Za-z0-9._-]{0,48}[A-Za-z0-9])?")


@dataclass(frozen=True)
class HubShape:
    """A hub as asked for on the command line; consumer groups are in lower case and include `$default`."""

    name: str
    partitions: int
    groups: frozenset[str]

    @classmethod
    def parse(cls, text: str) -> "HubShape":
        """Read `NAME:PARTITIONS` or `NAME:PARTITIONS:GROUP,GROUP`. Raises BadArgument."""
        name, _, rest = text.partition(":")
        count, _, groups = rest.partition(":")
        names = frozenset(group.lower() for group in groups.split(",") if group)
        if not _NAME.fullmatch(name) or not all(_GROUP.fullmatch(group) for group in names):
            raise BadArgument(f"--hub {text}: names have letters, digits, '.', '_' and '-'")
        if not count.isdecimal() or not 1 <= int(count) <= MOST_PARTITIONS:
            raise BadArgument(f"--hub {text}: write NAME:PARTITIONS with 1 to {MOST_PARTITIONS} partitions")
        return cls(name, int(count), names | {DEFAULT_GROUP})


class Partition:
    """One partition: its log and its readers."""

    def __init__(self, number: int, log: EventLog) -> None:
        self.number, self.log, self.readers = number, log, Readers()

    def keep(self, events: Sequence[Storable]) -> None:
        """Keep events, then tell the readers. Raises Refused when the disk takes no more."""
        try:
            self.log.append(events)
        except OSError as error:
            raise Refused("com.microsoft:server-busy", f"The server cannot write: {error.strerror}.") from None
        self.readers.wake()


class Hub:
    """An event hub, kept in a folder of its own."""

    def __init__(self, shape: HubShape, folder: Path, retention: Retention, now_ms: int) -> None:
        """Open or make the hub in `folder`. Raises DataFolderUnfit if it has other partitions there."""
        self.name, self.groups = shape.name, shape.groups
        self.created_ms = _created(shape, folder, now_ms)
        self.partitions = [
            Partition(number, EventLog(folder / f"{number}", retention)) for number in range(shape.partitions)
        ]
        self._turn = -1

    @property
    def dropped(self) -> int:
        """Half-written bytes that were cut off when the hub was opened."""
        return sum(partition.log.dropped for partition in self.partitions)

    @property
    def damaged(self) -> int:
        """Bytes of events that are no longer right; those behind them are there."""
        return sum(partition.log.damaged for partition in self.partitions)

    def choose(self, key: str | None) -> Partition:
        """The partition of a partition key; without one, all in turn."""
        if key:
            return self.partitions[partition_number(key, len(self.partitions))]
        self._turn = (self._turn + 1) % len(self.partitions)
        return self.partitions[self._turn]

    def close(self) -> None:
        """Write through to the disk."""
        for partition in self.partitions:
            partition.log.close()


def _created(shape: HubShape, folder: Path, now_ms: int) -> int:
    """When the hub was made, in ms since 1970, out of its folder or into it."""
    folder.mkdir(parents=True, exist_ok=True)
    about = folder / "hub.json"
    if not about.exists():
        half = about.with_suffix(".new")
        half.write_text(json.dumps({"partitions": shape.partitions, "createdMs": now_ms}))
        half.rename(about)
        return now_ms
    try:
        kept = json.loads(about.read_text())
        partitions, created_ms = int(kept["partitions"]), int(kept["createdMs"])
    except (ValueError, KeyError, TypeError):
        raise DataFolderUnfit(f"{about} is not what this server writes: choose another --data folder") from None
    if partitions != shape.partitions:
        raise DataFolderUnfit(
            f"{folder} holds the hub with {partitions} partitions, not {shape.partitions}: "
            "give that number, or another --data folder"
        )
    return created_ms
