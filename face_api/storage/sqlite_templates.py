"""The memory's templates on SQLite: rows in the file, and an index of them in memory that follows every commit."""

import uuid
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from face_api.faces.template import DIMENSIONS, Template, Vector
from face_api.memory.index import Row, VectorIndex
from face_api.memory.templates import CONSIDERED, Match
from face_api.storage.database import Transaction
from face_api.storage.sqlite import SqliteDatabase

_SCHEMA = """
CREATE TABLE IF NOT EXISTS templates (
    template_id TEXT PRIMARY KEY, memory TEXT NOT NULL, visitor TEXT NOT NULL, template BLOB NOT NULL,
    quality DOUBLE PRECISION NOT NULL)
"""
_AT_ONCE = 4096


class SqliteTemplates:
    """TemplateStore over SQLite. The indexes are read under the database's lock, so they always match the file."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database
        self._indexes: defaultdict[str, VectorIndex] = defaultdict(VectorIndex)
        with database.transaction() as transaction:
            transaction.execute(_SCHEMA)
            transaction.execute("CREATE INDEX IF NOT EXISTS templates_visitor ON templates (visitor)")
        self._load(database)

    def nearest(
        self,
        transaction: Transaction,  # noqa: ARG002 - the index answers
        memory: str,
        face: Vector,
        within: float,
    ) -> list[Match]:
        index = self._indexes.get(memory)
        nearest: dict[str, Match] = {}
        for row, distance in index.within(face, within, CONSIDERED) if index else []:
            nearest.setdefault(row.owner, Match(row.owner, row.template_id, distance))
        return list(nearest.values())

    def of_visitor(self, transaction: Transaction, visitor: str) -> dict[str, float]:
        return dict(transaction.execute("SELECT template_id, quality FROM templates WHERE visitor = ?", (visitor,)))

    def add(self, transaction: Transaction, memory: str, visitor: str, template: Template) -> None:
        template_id = uuid.uuid4().hex
        transaction.execute(
            "INSERT INTO templates VALUES (?, ?, ?, ?, ?)",
            (template_id, memory, visitor, template.to_bytes(), template.quality),
        )
        transaction.after_commit(lambda: self._indexes[memory].add(Row(template_id, visitor), template.vector))

    def remove(self, transaction: Transaction, memory: str, template_id: str) -> None:
        transaction.execute("DELETE FROM templates WHERE template_id = ?", (template_id,))
        transaction.after_commit(lambda: self._drop(memory, [template_id]))

    def remove_visitors(self, transaction: Transaction, memory: str, visitors: Sequence[str]) -> None:
        gone: list[str] = []
        for visitor in visitors:
            rows = transaction.execute("DELETE FROM templates WHERE visitor = ? RETURNING template_id", (visitor,))
            gone.extend(template_id for (template_id,) in rows)
        transaction.after_commit(lambda: self._drop(memory, gone))

    def scrub(self) -> None:
        self._database.scrub()

    def size(self, transaction: Transaction, memory: str) -> int:  # noqa: ARG002 - the index knows
        index = self._indexes.get(memory)
        return len(index) if index else 0

    def count(self) -> int:
        return sum(len(index) for index in list(self._indexes.values()))

    def _drop(self, memory: str, template_ids: Sequence[str]) -> None:
        index = self._indexes[memory]
        for template_id in template_ids:
            index.remove(template_id)
        if not len(index):
            del self._indexes[memory]

    def _load(self, database: SqliteDatabase) -> None:
        last = ""
        while True:
            with database.transaction() as transaction:
                rows = transaction.execute(
                    "SELECT template_id, memory, visitor, template FROM templates WHERE template_id > ?"
                    " ORDER BY template_id LIMIT ?",
                    (last, _AT_ONCE),
                )
            if not rows:
                return
            last = rows[-1][0]
            by_memory: dict[str, list[tuple[Row, bytes]]] = {}
            for template_id, memory, visitor, template in rows:
                by_memory.setdefault(memory, []).append((Row(template_id, visitor), template))
            for memory, kept in by_memory.items():
                vectors = np.frombuffer(b"".join(template for _, template in kept), np.float16)
                self._indexes[memory].extend([row for row, _ in kept], vectors.reshape(-1, DIMENSIONS))
