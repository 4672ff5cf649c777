"""The one door out of the building: what is handed in here leaves by these rules, or waits for company."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from function_app.moments import QUARTER_MINUTE, moment
from function_app.names import Picture, Traffic
from function_app.pool.people import add_tally
from function_app.pool.places import add_rows
from function_app.pool.rules import Rules
from function_app.pool.store import PoolStore
from function_app.tally import Tally
from function_app.traffic import Heartbeat, Row

Send = Callable[[str, Sequence[str]], None]
"""Send messages (JSON) of one partition key and wait for the acknowledgement. Raises NotAcknowledged."""


class Outlet(Protocol):
    """When a call returns, what was handed in is safe and its blob may go. Raises Passing."""

    def tally(self, picture: Picture, tally: Tally, /) -> None:
        """A picture's tally."""

    def traffic(self, blob: Traffic, rows: Sequence[Row], /) -> None:
        """A traffic blob's rows."""


class Direct:
    """Everything leaves at once: safe is what Event Hubs has acknowledged."""

    def __init__(self, send: Send) -> None:
        self._send = send

    def tally(self, picture: Picture, tally: Tally) -> None:
        """Send it."""
        self._send(picture.place, [tally.to_json()])

    def traffic(self, blob: Traffic, rows: Sequence[Row]) -> None:
        """Send each row: a quarter minute of a place, a minute of a camera."""
        self._send(blob.place, [departing(row) for row in rows])


class Pooled:
    """Everything goes into the pool: safe is what is written there. What may leave is sent from there."""

    def __init__(self, pool: PoolStore, rules: Rules, now: Callable[[], datetime]) -> None:
        self._pool, self._rules, self._now = pool, rules, now

    def tally(self, picture: Picture, tally: Tally) -> None:
        """Put it into the camera's pool."""
        self._pool.change(picture.place, lambda pool: add_tally(pool, tally, self._rules, self._now()))

    def traffic(self, blob: Traffic, rows: Sequence[Row]) -> None:
        """Put them into the camera's pool."""
        blob_id = self._rules.make_id(blob.name)
        self._pool.change(blob.place, lambda pool: add_rows(pool, blob_id, rows, self._rules, self._now()))


def departing(row: Row) -> str:
    """A row as it leaves unpooled."""
    if isinstance(row, Heartbeat):
        return row.departing().to_json()
    return row.departing(moment(row.window_end) - QUARTER_MINUTE).to_json()
