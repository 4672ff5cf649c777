"""The rows of the visitor memory: who was here and when, and the answers given about it."""

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass

from face_api.memory.visits import History, Sighting, Visit
from face_api.storage.database import Database, Transaction

ANSWER_SECONDS = 86400.0
"""So long a picture may be observed again: no longer than pictures wait (PICTURE_RETENTION_MINUTES' default)."""

_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS remembered (
    visitor TEXT PRIMARY KEY, memory TEXT NOT NULL, visits TEXT NOT NULL, visit_count BIGINT NOT NULL,
    first_heard_at DOUBLE PRECISION NOT NULL, heard_at DOUBLE PRECISION NOT NULL,
    expires_at DOUBLE PRECISION NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS remembered_heard ON remembered (memory, heard_at)",
    "CREATE INDEX IF NOT EXISTS remembered_expiry ON remembered (expires_at)",
    """CREATE TABLE IF NOT EXISTS visit_cameras (
    visitor TEXT PRIMARY KEY, memory TEXT NOT NULL, cameras TEXT NOT NULL, expires_at DOUBLE PRECISION NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS visit_cameras_memory ON visit_cameras (memory)",
    "CREATE INDEX IF NOT EXISTS visit_cameras_expiry ON visit_cameras (expires_at)",
    """CREATE TABLE IF NOT EXISTS answers (
    memory TEXT NOT NULL, observation_id TEXT NOT NULL, answer TEXT NOT NULL, expires_at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (memory, observation_id))""",
    "CREATE INDEX IF NOT EXISTS answers_expiry ON answers (expires_at)",
)
_SHORT_LIVED = ("answers", "visit_cameras")


@dataclass(frozen=True)
class Visitor:
    """Somebody the memory knows: nothing but an id, and when they were here."""

    visitor: str
    history: History


EXACT_GAPS = 2
"""For so many visit gaps times are exact: whoever comes back later than one gap and earlier than this is told rightly,
and after it rounding by one gap can't make one visit of two."""
LEAST_STEPS = 48
"""So that rounding takes little from a memory of hours."""


@dataclass(frozen=True)
class Lifetimes:
    """How long rows are kept, in seconds: a visitor since last and at most since first heard of.

    `visit`: the visit gap. A visit as it was, with its times and cameras, is kept for EXACT_GAPS of it since the memory
    last heard of the visitor; after that only the gaps of the clock that it lay in are known. By exact times a row
    could be found that a tally in the cloud speaks of.
    """

    visitor: float
    visitor_most: float
    visit: float

    def rounded(self, moment: float, *, up: bool = False) -> float:
        """A moment, moved to the visit gap's step of the clock before or after it."""
        step = min(self.visit, min(self.visitor, self.visitor_most) / LEAST_STEPS)
        return (math.ceil(moment / step) if up else math.floor(moment / step)) * step


class Records:
    """Visitors and answers, kept as long as `lifetimes` says by the clock `now`, whatever time the pictures bear.

    Every call is part of the transaction that is passed in.
    """

    def __init__(self, database: Database, lifetimes: Lifetimes, now: Callable[[], float]) -> None:
        self._lifetimes = lifetimes
        self._now = now
        with database.transaction() as transaction:
            transaction.lock("schema")
            for statement in _SCHEMA:
                transaction.execute(statement)

    def visitors(self, transaction: Transaction, ids: Sequence[str]) -> list[Visitor]:
        """Those of these visitors who have not expired, in any order."""
        if not ids:
            return []
        marks = ",".join("?" * len(ids))
        now = self._now()
        rows = transaction.execute(
            "SELECT remembered.visitor, visits, visit_count, cameras FROM remembered"  # noqa: S608 - marks only
            " LEFT JOIN visit_cameras ON visit_cameras.visitor = remembered.visitor AND visit_cameras.expires_at > ?"
            f" WHERE remembered.expires_at > ? AND remembered.visitor IN ({marks})",
            (now, now, *ids),
        )
        return [
            Visitor(visitor, History(_visits(json.loads(exact or rounded)), count))
            for visitor, rounded, count, exact in rows
        ]

    def heard_of(self, transaction: Transaction, memory: str, seconds: float) -> int:
        """How many visitors the memory has heard of in the last so many seconds, at most those of a visit gap."""
        until = self._now() - seconds + EXACT_GAPS * self._lifetimes.visit
        ((count,),) = transaction.execute(
            "SELECT COUNT(*) FROM visit_cameras WHERE memory = ? AND expires_at > ?", (memory, until)
        )
        return int(count)

    def keep(self, transaction: Transaction, memory: str, visitor: Visitor) -> None:
        """Notes a visitor's history, and that they were heard of now."""
        now, times = self._now(), self._lifetimes
        rounded = [
            (times.rounded(visit.started_at), times.rounded(visit.last_seen_at, up=True))
            for visit in visitor.history.visits
        ]
        exact = [(visit.started_at, visit.last_seen_at, sorted(visit.cameras)) for visit in visitor.history.visits]
        heard, expires = times.rounded(now), times.rounded(now + min(times.visitor, times.visitor_most))
        transaction.execute(
            "INSERT INTO remembered VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (visitor) DO UPDATE SET"
            " visits = excluded.visits, visit_count = excluded.visit_count, heard_at = excluded.heard_at, expires_at ="
            " CASE WHEN excluded.expires_at < remembered.first_heard_at + ? THEN excluded.expires_at"
            " ELSE remembered.first_heard_at + ? END",
            (
                *(visitor.visitor, memory, json.dumps(rounded), visitor.history.count),
                *(heard, heard, expires),
                *(times.visitor_most, times.visitor_most),
            ),
        )
        transaction.execute(
            "INSERT INTO visit_cameras VALUES (?, ?, ?, ?) ON CONFLICT (visitor) DO UPDATE SET"
            " cameras = excluded.cameras, expires_at = excluded.expires_at",
            (visitor.visitor, memory, json.dumps(exact), now + EXACT_GAPS * times.visit),
        )

    def answer(self, transaction: Transaction, memory: str, observation_id: str) -> list[tuple[str, Sighting]] | None:
        """What was answered to this observation about each face, by its name in the store, if anything was."""
        rows = transaction.execute(
            "SELECT answer FROM answers WHERE memory = ? AND observation_id = ? AND expires_at > ?",
            (memory, observation_id, self._now()),
        )
        return [(name, Sighting(*sighting)) for name, *sighting in json.loads(rows[0][0])] if rows else None

    def keep_answer(
        self, transaction: Transaction, memory: str, observation_id: str, answer: Sequence[tuple[str, Sighting]]
    ) -> None:
        """Notes an answer for a day, in place of an expired one if that is still there."""
        kept = json.dumps([(name, *astuple(sighting)) for name, sighting in answer])
        transaction.execute(
            "INSERT INTO answers VALUES (?, ?, ?, ?) ON CONFLICT (memory, observation_id) DO UPDATE SET"
            " answer = excluded.answer, expires_at = excluded.expires_at",
            (memory, observation_id, kept, self._now() + ANSWER_SECONDS),
        )

    def remove(self, transaction: Transaction, visitors: Sequence[str]) -> None:
        """Deletes these visitors, and where they were."""
        for visitor in visitors:
            for table in ("remembered", "visit_cameras"):
                transaction.execute(f"DELETE FROM {table} WHERE visitor = ?", (visitor,))  # noqa: S608

    def remove_memory(self, transaction: Transaction, memory: str) -> list[str]:
        """Deletes all of a memory; returns its visitors."""
        for table in _SHORT_LIVED:
            transaction.execute(f"DELETE FROM {table} WHERE memory = ?", (memory,))  # noqa: S608
        rows = transaction.execute("DELETE FROM remembered WHERE memory = ? RETURNING visitor", (memory,))
        return [visitor for (visitor,) in rows]

    def remove_short_lived(self, transaction: Transaction) -> int:
        """Deletes answers, and where visits were, that have expired; returns how many."""
        now = (self._now(),)
        return sum(
            len(transaction.execute(f"DELETE FROM {table} WHERE expires_at <= ? RETURNING memory", now))  # noqa: S608
            for table in _SHORT_LIVED
        )

    def memories_with_expired(self, transaction: Transaction) -> list[str]:
        """The memories in which visitors have expired."""
        rows = transaction.execute("SELECT DISTINCT memory FROM remembered WHERE expires_at <= ?", (self._now(),))
        return [memory for (memory,) in rows]

    def expired(self, transaction: Transaction, memory: str) -> list[str]:
        """The visitors of a memory who have expired."""
        rows = transaction.execute(
            "SELECT visitor FROM remembered WHERE memory = ? AND expires_at <= ?", (memory, self._now())
        )
        return [visitor for (visitor,) in rows]


def _visits(described: list[tuple[float, float, list[str]]] | list[tuple[float, float]]) -> tuple[Visit, ...]:
    """Start, end and, while they are known, the cameras of each."""
    return tuple(Visit(start, end, frozenset(*cameras)) for start, end, *cameras in described)
