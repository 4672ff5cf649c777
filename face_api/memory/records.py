"""The rows of the visitor memory: who was here and when, and the answers given about it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass

from face_api.memory.visits import History, Sighting, Visit
from face_api.storage.database import Database, Transaction

_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS visitors (
    visitor TEXT PRIMARY KEY, memory TEXT NOT NULL, visits TEXT NOT NULL, visit_count BIGINT NOT NULL,
    expires_at DOUBLE PRECISION NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS visitors_memory_expiry ON visitors (memory, expires_at)",
    "CREATE INDEX IF NOT EXISTS visitors_expiry ON visitors (expires_at)",
    """CREATE TABLE IF NOT EXISTS observations (
    memory TEXT NOT NULL, observation_id TEXT NOT NULL, answer TEXT NOT NULL, expires_at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (memory, observation_id))""",
    "CREATE INDEX IF NOT EXISTS observations_expiry ON observations (expires_at)",
)


@dataclass(frozen=True)
class Visitor:
    """Somebody the memory knows: nothing but an id, and when they were here."""

    visitor: str
    history: History


class Records:
    """Visitors and answers, each kept for `seconds` by the clock `now`, whatever time the pictures bear.

    Every call is part of the transaction that is passed in.
    """

    def __init__(self, database: Database, seconds: float, now: Callable[[], float]) -> None:
        self._seconds = seconds
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
        rows = transaction.execute(
            "SELECT visitor, visits, visit_count FROM visitors"  # noqa: S608 - marks only
            f" WHERE expires_at > ? AND visitor IN ({marks})",
            (self._now(), *ids),
        )
        return [
            Visitor(visitor, History(tuple(Visit(*visit) for visit in json.loads(visits)), count))
            for visitor, visits, count in rows
        ]

    def heard_of(self, transaction: Transaction, memory: str, seconds: float) -> int:
        """How many visitors the memory has heard of in the last so many seconds."""
        ((count,),) = transaction.execute(
            "SELECT COUNT(*) FROM visitors WHERE memory = ? AND expires_at > ?",
            (memory, self._now() - seconds + self._seconds),
        )
        return int(count)

    def keep(self, transaction: Transaction, memory: str, visitor: Visitor) -> None:
        """Notes a visitor's history, from now on for another `seconds`."""
        visits = json.dumps([astuple(visit) for visit in visitor.history.visits])
        transaction.execute(
            "INSERT INTO visitors VALUES (?, ?, ?, ?, ?) ON CONFLICT (visitor) DO UPDATE SET"
            " visits = excluded.visits, visit_count = excluded.visit_count, expires_at = excluded.expires_at",
            (visitor.visitor, memory, visits, visitor.history.count, self._now() + self._seconds),
        )

    def answer(self, transaction: Transaction, memory: str, observation_id: str) -> list[tuple[str, Sighting]] | None:
        """What was answered to this observation about each face id, if anything was."""
        rows = transaction.execute(
            "SELECT answer FROM observations WHERE memory = ? AND observation_id = ? AND expires_at > ?",
            (memory, observation_id, self._now()),
        )
        return [(face_id, Sighting(*sighting)) for face_id, *sighting in json.loads(rows[0][0])] if rows else None

    def keep_answer(
        self, transaction: Transaction, memory: str, observation_id: str, answer: Sequence[tuple[str, Sighting]]
    ) -> None:
        """Notes an answer, in place of an expired one if that is still there."""
        kept = json.dumps([(face_id, *astuple(sighting)) for face_id, sighting in answer])
        transaction.execute(
            "INSERT INTO observations VALUES (?, ?, ?, ?) ON CONFLICT (memory, observation_id) DO UPDATE SET"
            " answer = excluded.answer, expires_at = excluded.expires_at",
            (memory, observation_id, kept, self._now() + self._seconds),
        )

    def remove_memory(self, transaction: Transaction, memory: str) -> list[tuple[str, str]]:
        """Deletes all of a memory; returns its visitors (memory, visitor)."""
        transaction.execute("DELETE FROM observations WHERE memory = ?", (memory,))
        rows = transaction.execute("DELETE FROM visitors WHERE memory = ? RETURNING memory, visitor", (memory,))
        return [(row[0], row[1]) for row in rows]

    def remove_expired(self, transaction: Transaction) -> tuple[list[tuple[str, str]], int]:
        """Deletes what has expired; returns the visitors (memory, visitor), and how many answers."""
        now = (self._now(),)
        answers = transaction.execute("DELETE FROM observations WHERE expires_at <= ? RETURNING memory", now)
        rows = transaction.execute("DELETE FROM visitors WHERE expires_at <= ? RETURNING memory, visitor", now)
        return [(row[0], row[1]) for row in rows], len(answers)
