"""The namespace: all hubs and keys of one server."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from local.event_hubs.broker.access import Grant, Key, check_token
from local.event_hubs.broker.address import Address, address
from local.event_hubs.broker.event_log import Retention
from local.event_hubs.broker.hub import Hub, HubShape, Partition
from local.event_hubs.broker.throttle import Throttle
from local.event_hubs.errors import BadArgument, DataFolderUnfit, Refused
from local.folder import claim


class Namespace:
    """Hubs by name, kept under one folder, which no other server may use meanwhile."""

    def __init__(
        self,
        shapes: Sequence[HubShape],
        keys: Sequence[Key],
        folder: Path,
        retention: Retention,
        *,
        events_per_second: float | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Open or make the hubs. Raises BadArgument, DataFolderUnfit and SurroundingsUnfit."""
        if len({shape.name.lower() for shape in shapes}) < len(shapes) or len({key.name for key in keys}) < len(keys):
            raise BadArgument("two hubs, or two keys, have the same name")
        self.now = now
        self.throttle = Throttle(events_per_second, now)
        self._keys = {key.name: key for key in keys}
        self._lock = claim(folder)
        try:
            self.hubs = {
                shape.name.lower(): Hub(shape, folder / shape.name.lower(), retention, int(now() * 1000))
                for shape in shapes
            }
        except OSError as error:
            raise DataFolderUnfit(f"{error.filename or folder}: {error.strerror}") from None

    def check_token(self, token: object, audience: str) -> Grant:
        """Check a SAS token. Raises Refused."""
        return check_token(token, audience, self._keys, self.now())

    def hub(self, name: str) -> Hub:
        """The hub of that name, in any case. Raises Refused."""
        hub = self.hubs.get(name.lower())
        if hub is None:
            raise not_found(name)
        return hub

    def find(self, text: str) -> tuple[Address, Hub, Partition | None]:
        """What a link's address names. Raises Refused."""
        place = address(text)
        hub = self.hub(place.hub)
        return place, hub, None if place.partition is None else partition_of(hub, place.partition)

    def close(self) -> None:
        """Write all through to the disk and let the folder go."""
        for hub in self.hubs.values():
            hub.close()
        self._lock.close()


def partition_of(hub: Hub, partition: str) -> Partition:
    """The partition that an id names. Raises Refused."""
    number = int(partition) if partition.isdecimal() and len(partition) < 4 else -1
    if not 0 <= number < len(hub.partitions):
        raise Refused("com.microsoft:argument-out-of-range", f"The partition '{partition[:20]}' does not exist.")
    return hub.partitions[number]


def not_found(name: str) -> Refused:
    """The refusal of a name that is not there."""
    return Refused("amqp:not-found", f"The messaging entity '{name[:260]}' could not be found.")
