"""The memory's templates on PostgreSQL: pgvector's HNSW index, one for each memory."""

import time
import uuid
from collections.abc import Sequence

from face_api.faces.template import DIMENSIONS, Template, Vector
from face_api.memory.templates import CONSIDERED, Match
from face_api.storage.database import Database, Transaction

_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS templates (
    template_id TEXT PRIMARY KEY, memory TEXT NOT NULL, visitor TEXT NOT NULL, template VECTOR({DIMENSIONS}) NOT NULL,
    quality DOUBLE PRECISION NOT NULL)
"""
_EFFORT = 200
_COUNT_SECONDS = 60.0


class PostgresTemplates:
    """TemplateStore over pgvector.

    HNSW is approximate: with an effort (`ef_search`) of 200 for 50 neighbours it misses a nearest template very rarely,
    and what it misses is counted as a new visitor.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._indexed: set[str] = set()
        self._sizes: dict[str, tuple[float, int]] = {}
        with database.transaction() as transaction:
            transaction.lock("schema")
            transaction.execute(_SCHEMA)
            transaction.execute("CREATE INDEX IF NOT EXISTS templates_visitor ON templates (visitor)")

    def nearest(self, transaction: Transaction, memory: str, face: Vector, within: float) -> list[Match]:
        transaction.execute(f"SET LOCAL hnsw.ef_search = {_EFFORT}")
        rows = transaction.execute(
            "SELECT visitor, template_id, template <-> ? AS distance FROM templates WHERE memory = ?"
            " ORDER BY distance LIMIT ?",
            (_literal(face), memory, CONSIDERED),
        )
        nearest: dict[str, Match] = {}
        for visitor, template_id, distance in rows:
            if distance <= within:
                nearest.setdefault(visitor, Match(visitor, template_id, distance))
        return list(nearest.values())

    def of_visitor(self, transaction: Transaction, visitor: str) -> dict[str, float]:
        return dict(transaction.execute("SELECT template_id, quality FROM templates WHERE visitor = ?", (visitor,)))

    def add(self, transaction: Transaction, memory: str, visitor: str, template: Template) -> None:
        self._index(transaction, memory)
        transaction.execute(
            "INSERT INTO templates VALUES (?, ?, ?, ?, ?)",
            (uuid.uuid4().hex, memory, visitor, _literal(template.vector), template.quality),
        )

    def remove(self, transaction: Transaction, memory: str, template_id: str) -> None:
        transaction.execute("DELETE FROM templates WHERE memory = ? AND template_id = ?", (memory, template_id))

    def remove_visitors(self, transaction: Transaction, visitors: Sequence[tuple[str, str]]) -> None:
        for _, visitor in visitors:
            transaction.execute("DELETE FROM templates WHERE visitor = ?", (visitor,))

    def size(self, transaction: Transaction, memory: str) -> int:
        counted_at, size = self._sizes.get(memory, (-_COUNT_SECONDS, 0))
        if time.monotonic() - counted_at >= _COUNT_SECONDS:
            ((size,),) = transaction.execute("SELECT COUNT(*) FROM templates WHERE memory = ?", (memory,))
            self._sizes[memory] = time.monotonic(), int(size)
        return int(size)

    def count(self) -> int:
        with self._database.transaction() as transaction:
            ((count,),) = transaction.execute("SELECT COUNT(*) FROM templates")
        return int(count)

    def _index(self, transaction: Transaction, memory: str) -> None:
        """A partial index for the memory. Its name in the path has no character that would need quoting."""
        if memory in self._indexed:
            return
        transaction.execute(
            f'CREATE INDEX IF NOT EXISTS "templates_{memory[:48]}_{_digest(memory)}" ON templates'
            f" USING hnsw (template vector_l2_ops) WHERE memory = '{memory}'"
        )
        transaction.after_commit(lambda: self._indexed.add(memory))


def _digest(memory: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_URL, memory).hex[:8]


def _literal(vector: Vector) -> str:
    return "[" + ",".join(f"{value:.6g}" for value in vector.tolist()) + "]"
