"""What may leave the pools, and what has: the part that both hosts share."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from function_app.pool import people, places
from function_app.pool.rules import Rules
from function_app.pool.state import CameraPool, Outgoing
from function_app.pool.store import PoolStore


@dataclass(frozen=True, slots=True)
class Parcel:
    """What waits to be sent of one camera; `dropped`: display visitors that a day's end left under MIN_GROUP."""

    place: str
    messages: Sequence[Outgoing]
    dropped: int


class Dispatch:
    """Closes what is over and hands out what waits. Thread-safe, as the store is."""

    def __init__(self, store: PoolStore, rules: Rules) -> None:
        self._store, self._rules = store, rules

    def waiting(self, now: datetime) -> Iterator[Parcel]:
        """All that may leave now. The same again until it is said to be acknowledged. Raises StorageUnavailable."""
        for place in list(self._store.due(now)):
            parcel = self._close(place, now)
            if parcel.messages or parcel.dropped:
                yield parcel

    def acknowledged(self, place: str, messages: Sequence[Outgoing]) -> None:
        """These have arrived: they leave the pool. Raises StorageUnavailable; then they will be sent again."""
        ids = frozenset(message.id for message in messages)
        self._store.change(place, lambda pool: pool.acknowledged(ids))

    def _close(self, place: str, now: datetime) -> Parcel:
        dropped = 0

        def close(pool: CameraPool) -> CameraPool:
            nonlocal dropped
            pool, dropped = people.close_days(people.let_go(pool, self._rules, now), self._rules, now)
            return places.let_go(pool, self._rules, now)

        pool = self._store.change(place, close)
        return Parcel(place, pool.outbox, dropped)
