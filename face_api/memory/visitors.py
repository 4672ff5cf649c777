"""The visitor memory: was this face here before, and since when?"""

import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass

from face_api.faces.template import Template
from face_api.memory.templates import Match, TemplateStore, keep, recognised_within
from face_api.memory.visits import UNKNOWN, History, Sighting, Visit, see
from face_api.storage.database import Database, Transaction
from face_api.storage.face_ids import FaceIds

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
class MemoryRules:
    """After which gap a sighting is another visit, and after which time a visitor is forgotten; seconds."""

    visit_gap: float
    memory: float


@dataclass(frozen=True)
class Visitor:
    """Somebody the memory knows: nothing but an id, and when they were here."""

    visitor: str
    history: History


class VisitorMemory:
    """Remembers visitors by their faces, each memory (a store's, say) by itself.

    `now` gives the time in epoch seconds: a visitor is forgotten `rules.memory` seconds after the memory last heard of
    them by this clock, whatever time the pictures bear.
    """

    def __init__(
        self,
        database: Database,
        templates: TemplateStore,
        face_ids: FaceIds,
        rules: MemoryRules,
        now: Callable[[], float],
    ) -> None:
        self._database = database
        self._templates = templates
        self._face_ids = face_ids
        self._rules = rules
        self._now = now
        with database.transaction() as transaction:
            transaction.lock("schema")
            for statement in _SCHEMA:
                transaction.execute(statement)

    def observe(self, memory: str, observation_id: str, seen_at: float, face_ids: Sequence[str]) -> list[Sighting]:
        """Takes note of the faces of one picture, and says of each who it is to this memory, in the order given.

        The same observation id answers the same again and changes nothing, also when a retry has detected the faces
        anew and they bear new ids: they are then told apart by their order. Raises FaceNotFound.
        """
        with self._database.transaction() as transaction:
            answer = self._answered(transaction, memory, observation_id, face_ids)
        if answer is not None:
            return answer
        faces = [face.template for face in self._face_ids.get(face_ids)]
        with self._database.transaction() as transaction:
            transaction.lock(f"memory {memory}")
            answer = self._answered(transaction, memory, observation_id, face_ids)
            if answer is None:
                answer = self._see_all(transaction, memory, seen_at, faces)
                kept = json.dumps(
                    [(face_id, *astuple(sighting)) for face_id, sighting in zip(face_ids, answer, strict=True)]
                )
                transaction.execute(
                    "INSERT INTO observations VALUES (?, ?, ?, ?)",
                    (memory, observation_id, kept, self._now() + self._rules.memory),
                )
        return answer

    def forget(self, memory: str) -> int:
        """Forgets every visitor of a memory, in the files too; returns how many there were."""
        with self._database.transaction() as transaction:
            transaction.lock(f"memory {memory}")
            rows = transaction.execute("DELETE FROM visitors WHERE memory = ? RETURNING visitor", (memory,))
            self._templates.remove_visitors(transaction, [(memory, visitor) for (visitor,) in rows])
            transaction.execute("DELETE FROM observations WHERE memory = ?", (memory,))
        self._database.scrub()
        return len(rows)

    def forget_expired(self) -> int:
        """Forgets who was not seen for the memory's time; returns how many rows are gone."""
        now = self._now()
        with self._database.transaction() as transaction:
            rows = transaction.execute("DELETE FROM visitors WHERE expires_at <= ? RETURNING memory, visitor", (now,))
            self._templates.remove_visitors(transaction, rows)
            answers = transaction.execute("DELETE FROM observations WHERE expires_at <= ? RETURNING memory", (now,))
        return len(rows) + len(answers)

    def _answered(
        self, transaction: Transaction, memory: str, observation_id: str, face_ids: Sequence[str]
    ) -> list[Sighting] | None:
        rows = transaction.execute(
            "SELECT answer FROM observations WHERE memory = ? AND observation_id = ? AND expires_at > ?",
            (memory, observation_id, self._now()),
        )
        if not rows:
            return None
        given = [(face_id, Sighting(*sighting)) for face_id, *sighting in json.loads(rows[0][0])]
        by_id = dict(given)
        if all(face_id in by_id for face_id in face_ids):
            return [by_id[face_id] for face_id in face_ids]
        sightings = [sighting for _, sighting in given[: len(face_ids)]]
        return sightings + [UNKNOWN] * (len(face_ids) - len(sightings))

    def _see_all(
        self, transaction: Transaction, memory: str, seen_at: float, faces: Sequence[Template]
    ) -> list[Sighting]:
        """One picture shows a person once, so each visitor is given to one face: the nearest pairs first."""
        present = recognised_within(self._count_here(transaction, memory))
        returning = min(present, recognised_within(self._templates.size(transaction, memory)))
        pairs: list[tuple[float, int, Match, Visitor]] = []
        for number, face in enumerate(faces):
            if face.quality <= 0:
                continue
            matches = self._templates.nearest(transaction, memory, face.vector, present)
            known = self._load(transaction, memory, [match.visitor for match in matches], seen_at)
            for match in matches:
                visitor = known.get(match.visitor)
                if visitor and (match.distance <= returning or self._is_here(visitor, seen_at)):
                    pairs.append((match.distance, number, match, visitor))
        taken: dict[int, tuple[Match, Visitor]] = {}
        for _, number, match, visitor in sorted(pairs, key=lambda pair: pair[:2]):
            if number not in taken and all(match.visitor != other.visitor for other, _ in taken.values()):
                taken[number] = (match, visitor)
        return [
            self._see(transaction, memory, seen_at, face, taken.get(number)) if face.quality > 0 else UNKNOWN
            for number, face in enumerate(faces)
        ]

    def _is_here(self, visitor: Visitor, seen_at: float) -> bool:
        return see(visitor.history, seen_at, self._rules.visit_gap)[0].visit == "present"

    def _count_here(self, transaction: Transaction, memory: str) -> int:
        """About how many are here: by the memory's clock, whatever time the pictures bear."""
        since = self._now() - self._rules.visit_gap
        ((count,),) = transaction.execute(
            "SELECT COUNT(*) FROM visitors WHERE memory = ? AND expires_at > ?", (memory, since + self._rules.memory)
        )
        return int(count)

    def _see(
        self,
        transaction: Transaction,
        memory: str,
        seen_at: float,
        face: Template,
        known: tuple[Match, Visitor] | None,
    ) -> Sighting:
        visitor = known[1] if known else Visitor(uuid.uuid4().hex, History())
        sighting, history = see(visitor.history, seen_at, self._rules.visit_gap)
        transaction.execute(
            "INSERT INTO visitors VALUES (?, ?, ?, ?, ?) ON CONFLICT (visitor) DO UPDATE SET"
            " visits = excluded.visits, visit_count = excluded.visit_count, expires_at = excluded.expires_at",
            (
                visitor.visitor,
                memory,
                json.dumps([astuple(visit) for visit in history.visits]),
                history.count,
                self._now() + self._rules.memory,
            ),
        )
        if known is None:
            self._templates.add(transaction, memory, visitor.visitor, face)
            return sighting
        change = keep(self._templates.of_visitor(transaction, visitor.visitor), known[0], face.quality)
        if change.remove:
            self._templates.remove(transaction, memory, change.remove)
        if change.add:
            self._templates.add(transaction, memory, visitor.visitor, face)
        return sighting

    def _load(
        self, transaction: Transaction, memory: str, visitors: Sequence[str], seen_at: float
    ) -> dict[str, Visitor]:
        """These visitors by id; those who are to be forgotten by now are forgotten here and left out."""
        if not visitors:
            return {}
        marks = ",".join("?" * len(visitors))
        rows = transaction.execute(
            "SELECT visitor, visits, visit_count FROM visitors"  # noqa: S608 - marks only
            f" WHERE expires_at > ? AND visitor IN ({marks})",
            (self._now(), *visitors),
        )
        known = {}
        for visitor, visits, count in rows:
            history = History(tuple(Visit(*visit) for visit in json.loads(visits)), count)
            if seen_at - max(visit.last_seen_at for visit in history.visits) <= self._rules.memory:
                known[visitor] = Visitor(visitor, history)
        forgotten = [visitor for visitor in visitors if visitor not in known]
        for visitor in forgotten:
            transaction.execute("DELETE FROM visitors WHERE visitor = ?", (visitor,))
        self._templates.remove_visitors(transaction, [(memory, visitor) for visitor in forgotten])
        return known
