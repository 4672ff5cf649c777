"""The visitor memory: was this face here before, and since when?"""

import math
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from face_api.faces.template import Template
from face_api.memory.records import Lifetimes, Records, Visitor
from face_api.memory.templates import PRESENT_WITHIN, Match, TemplateStore, keep, recognised_within
from face_api.memory.visits import UNKNOWN, History, Sighting, see
from face_api.storage.database import Database, Transaction
from face_api.storage.face_ids import FaceIds, name_of


@dataclass(frozen=True)
class MemoryRules:
    """After which gap a sighting is another visit, and after which time a visitor is forgotten; seconds.

    `memory` runs from when the memory last heard of a visitor, `memory_most` from when it first did.
    """

    visit_gap: float
    memory: float
    memory_most: float = math.inf


@dataclass(frozen=True)
class Occasion:
    """One picture, as a memory is told of it: `seen_at` in epoch seconds, by the camera's clock."""

    memory: str
    observation_id: str
    seen_at: float
    camera: str


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
        self._records = Records(database, Lifetimes(rules.memory, rules.memory_most, rules.visit_gap), now)

    def observe(self, occasion: Occasion, face_ids: Sequence[str]) -> list[Sighting]:
        """Takes note of the faces of one picture, and says of each who it is to the memory, in the order given.

        The face ids are used up by it. The same observation id answers the same again for a day and changes nothing,
        also when a retry has detected the faces anew and they bear new ids: they are then told apart by their order.
        Raises FaceNotFound.
        """
        with self._database.transaction() as transaction:
            answer = self._answered(transaction, occasion, face_ids)
        if answer is not None:
            return answer
        faces = [face.template for face in self._face_ids.get(face_ids)]
        with self._database.transaction() as transaction:
            transaction.lock(f"memory {occasion.memory}")
            answer = self._answered(transaction, occasion, face_ids)
            if answer is None:
                answer = self._see_all(transaction, occasion, faces)
                given = list(zip(map(name_of, face_ids), answer, strict=True))
                self._records.keep_answer(transaction, occasion.memory, occasion.observation_id, given)
            self._face_ids.remove(transaction, face_ids)
        return answer

    def forget(self, memory: str) -> int:
        """Forgets every visitor of a memory, in the files too, and every face id; returns how many visitors."""
        with self._database.transaction() as transaction:
            transaction.lock(f"memory {memory}")
            visitors = self._records.remove_memory(transaction, memory)
            self._templates.remove_visitors(transaction, memory, visitors)
            self._face_ids.remove_all(transaction)
        self._templates.scrub()
        return len(visitors)

    def forget_person(self, memory: str, face: Template) -> int:
        """Forgets whoever the memory could take for this face, in the files too, and every face id; how many visitors.

        It goes by the largest distance at which anybody is recognised, so that the person is not known again. In a
        large memory that may take a stranger or two along.
        """
        forgotten = 0
        while True:
            with self._database.transaction() as transaction:
                transaction.lock(f"memory {memory}")
                matches = self._templates.nearest(transaction, memory, face.vector, PRESENT_WITHIN)
                visitors = [match.visitor for match in matches]
                self._records.remove(transaction, visitors)
                self._templates.remove_visitors(transaction, memory, visitors)
                self._face_ids.remove_all(transaction)
            forgotten += len(visitors)
            if not visitors:
                break
        self._templates.scrub()
        return forgotten

    def forget_expired(self) -> int:
        """Forgets whose time in the memory is over, and old answers; returns how many rows went."""
        with self._database.transaction() as transaction:
            gone = self._records.remove_short_lived(transaction)
            memories = self._records.memories_with_expired(transaction)
        for memory in memories:
            with self._database.transaction() as transaction:
                transaction.lock(f"memory {memory}")
                visitors = self._records.expired(transaction, memory)
                self._records.remove(transaction, visitors)
                self._templates.remove_visitors(transaction, memory, visitors)
            gone += len(visitors)
        self._templates.scrub()
        return gone

    def _answered(self, transaction: Transaction, occasion: Occasion, face_ids: Sequence[str]) -> list[Sighting] | None:
        given = self._records.answer(transaction, occasion.memory, occasion.observation_id)
        if given is None:
            return None
        by_name, names = dict(given), [name_of(face_id) for face_id in face_ids]
        if all(name in by_name for name in names):
            return [by_name[name] for name in names]
        sightings = [sighting for _, sighting in given[: len(face_ids)]]
        return sightings + [UNKNOWN] * (len(face_ids) - len(sightings))

    def _see_all(self, transaction: Transaction, occasion: Occasion, faces: Sequence[Template]) -> list[Sighting]:
        """One picture shows a person once, so each visitor is given to one face: the nearest pairs first."""
        memory, seen_at = occasion.memory, occasion.seen_at
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
            self._see(transaction, occasion, face, taken.get(number)) if face.quality > 0 else UNKNOWN
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
        return see(visitor.history, seen_at, "", self._rules.visit_gap)[0].visit == "present"

    def _see(
        self,
        transaction: Transaction,
        occasion: Occasion,
        face: Template,
        known: tuple[Match, Visitor] | None,
    ) -> Sighting:
        memory = occasion.memory
        visitor = known[1] if known else Visitor(uuid.uuid4().hex, History())
        sighting, history = see(visitor.history, occasion.seen_at, occasion.camera, self._rules.visit_gap)
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
