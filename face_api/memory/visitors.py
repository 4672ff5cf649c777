"""The visitor memory: was this face here before, and since when?"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from face_api.faces.template import Template
from face_api.memory.records import Records, Visitor
from face_api.memory.templates import Match, TemplateStore, keep, recognised_within
from face_api.memory.visits import UNKNOWN, History, Sighting, see
from face_api.storage.database import Database, Transaction
from face_api.storage.face_ids import FaceIds


@dataclass(frozen=True)
class MemoryRules:
    """After which gap a sighting is another visit, and after which time a visitor is forgotten; seconds."""

    visit_gap: float
    memory: float


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
        self._records = Records(database, rules.memory, now)

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
                given = list(zip(face_ids, answer, strict=True))
                self._records.keep_answer(transaction, memory, observation_id, given)
        return answer

    def forget(self, memory: str) -> int:
        """Forgets every visitor of a memory, in the files too; returns how many there were."""
        with self._database.transaction() as transaction:
            transaction.lock(f"memory {memory}")
            visitors = self._records.remove_memory(transaction, memory)
            self._templates.remove_visitors(transaction, visitors)
        self._database.scrub()
        return len(visitors)

    def forget_expired(self) -> int:
        """Forgets who was not seen for the memory's time, and old answers; returns how many of both."""
        with self._database.transaction() as transaction:
            visitors, answers = self._records.remove_expired(transaction)
            self._templates.remove_visitors(transaction, visitors)
        return len(visitors) + answers

    def _answered(
        self, transaction: Transaction, memory: str, observation_id: str, face_ids: Sequence[str]
    ) -> list[Sighting] | None:
        given = self._records.answer(transaction, memory, observation_id)
        if given is None:
            return None
        by_id = dict(given)
        if all(face_id in by_id for face_id in face_ids):
            return [by_id[face_id] for face_id in face_ids]
        sightings = [sighting for _, sighting in given[: len(face_ids)]]
        return sightings + [UNKNOWN] * (len(face_ids) - len(sightings))

    def _see_all(
        self, transaction: Transaction, memory: str, seen_at: float, faces: Sequence[Template]
    ) -> list[Sighting]:
        """One picture shows a person once, so each visitor is given to one face: the nearest pairs first."""
        present = recognised_within(self._records.heard_of(transaction, memory, self._rules.visit_gap))
        returning = min(present, recognised_within(self._templates.size(transaction, memory)))
        pairs: list[tuple[float, int, Match, Visitor]] = []
        for number, face in enumerate(faces):
            if face.quality <= 0:
                continue
            matches = self._templates.nearest(transaction, memory, face.vector, present)
            known = self._known(transaction, [match.visitor for match in matches], seen_at)
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

    def _known(self, transaction: Transaction, visitors: Sequence[str], seen_at: float) -> dict[str, Visitor]:
        """These visitors by id, without those whom the memory would have forgotten by the picture's time.

        They are not deleted for it: a camera whose clock is a month fast must not empty the memory.
        """
        return {
            visitor.visitor: visitor
            for visitor in self._records.visitors(transaction, visitors)
            if seen_at - max(visit.last_seen_at for visit in visitor.history.visits) <= self._rules.memory
        }

    def _is_here(self, visitor: Visitor, seen_at: float) -> bool:
        return see(visitor.history, seen_at, self._rules.visit_gap)[0].visit == "present"

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
        self._records.keep(transaction, memory, Visitor(visitor.visitor, history))
        if known is None:
            self._templates.add(transaction, memory, visitor.visitor, face)
            return sighting
        change = keep(self._templates.of_visitor(transaction, visitor.visitor), known[0], face.quality)
        if change.remove:
            self._templates.remove(transaction, memory, change.remove)
        if change.add:
            self._templates.add(transaction, memory, visitor.visitor, face)
        return sighting
