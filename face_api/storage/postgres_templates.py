"""The memory's templates on PostgreSQL: sealed rows in the database, an index of them in the memory of each replica.

PostgreSQL leaves what is deleted in its pages and its write-ahead log, and gives no way to overwrite it. So a visitor's
templates are sealed with a key of the visitor's own, and that key is what is truly erased: it lies in a table so small
that it can be written anew without it.
"""

import secrets
import time
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from face_api.faces.template import DIMENSIONS, Template, Vector
from face_api.memory.index import Row, VectorIndex
from face_api.memory.templates import CONSIDERED, Match
from face_api.storage.database import Transaction
from face_api.storage.postgres import PostgresDatabase

_KEYS = "visitor_keys"
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS visitor_keys (visitor TEXT PRIMARY KEY, key BYTEA NOT NULL)",
    """CREATE TABLE IF NOT EXISTS sealed_templates (
    number BIGSERIAL PRIMARY KEY, memory TEXT NOT NULL, template_id TEXT NOT NULL UNIQUE, visitor TEXT NOT NULL,
    sealed BYTEA NOT NULL, quality DOUBLE PRECISION NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS sealed_templates_memory ON sealed_templates (memory, number)",
    "CREATE INDEX IF NOT EXISTS sealed_templates_visitor ON sealed_templates (visitor)",
    """CREATE TABLE IF NOT EXISTS removed_templates (
    number BIGSERIAL PRIMARY KEY, memory TEXT NOT NULL, template_id TEXT NOT NULL,
    removed_at TIMESTAMPTZ NOT NULL DEFAULT now())""",
    "CREATE INDEX IF NOT EXISTS removed_templates_memory ON removed_templates (memory, number)",
)
_NONCE_BYTES, _KEY_BYTES = 12, 32
_AT_ONCE = 4096
_TOLD_FOR = 86400.0
_SCRUBS = 2
"""A row that another transaction may still see outlives the first writing anew; by the next sweep nobody can."""


@dataclass
class _Followed:
    """A memory's index, and up to which row it has followed the database."""

    index: VectorIndex = field(default_factory=VectorIndex)
    added: int = 0
    removed: int = 0
    at: float = field(default_factory=time.monotonic)


class PostgresTemplates:
    """TemplateStore over PostgreSQL. Each call with a transaction first takes over what other replicas have changed."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database
        self._memories: defaultdict[str, _Followed] = defaultdict(_Followed)
        self._scrubs = _SCRUBS  # whoever ran before may have been killed in between
        with database.transaction() as transaction:
            transaction.lock("schema")
            for statement in _SCHEMA:
                transaction.execute(statement)

    def nearest(self, transaction: Transaction, memory: str, face: Vector, within: float) -> list[Match]:
        nearest: dict[str, Match] = {}
        for row, distance in self._follow(transaction, memory).within(face, within, CONSIDERED):
            nearest.setdefault(row.owner, Match(row.owner, row.template_id, distance))
        return list(nearest.values())

    def of_visitor(self, transaction: Transaction, visitor: str) -> dict[str, float]:
        return dict(
            transaction.execute("SELECT template_id, quality FROM sealed_templates WHERE visitor = ?", (visitor,))
        )

    def add(self, transaction: Transaction, memory: str, visitor: str, template: Template) -> None:
        transaction.execute(
            "INSERT INTO visitor_keys VALUES (?, ?) ON CONFLICT DO NOTHING", (visitor, secrets.token_bytes(_KEY_BYTES))
        )
        ((key,),) = transaction.execute("SELECT key FROM visitor_keys WHERE visitor = ?", (visitor,))
        template_id, nonce = uuid.uuid4().hex, secrets.token_bytes(_NONCE_BYTES)
        sealed = nonce + AESGCM(key).encrypt(nonce, template.to_bytes(), template_id.encode())
        transaction.execute(
            "INSERT INTO sealed_templates (memory, template_id, visitor, sealed, quality) VALUES (?, ?, ?, ?, ?)",
            (memory, template_id, visitor, sealed, template.quality),
        )

    def remove(self, transaction: Transaction, memory: str, template_id: str) -> None:
        transaction.execute("DELETE FROM sealed_templates WHERE template_id = ?", (template_id,))
        self._tell(transaction, memory, template_id)

    def remove_visitors(self, transaction: Transaction, memory: str, visitors: Sequence[str]) -> None:
        for visitor in visitors:
            gone = transaction.execute(
                "DELETE FROM sealed_templates WHERE visitor = ? RETURNING template_id", (visitor,)
            )
            transaction.execute("DELETE FROM visitor_keys WHERE visitor = ?", (visitor,))
            for (template_id,) in gone:
                self._tell(transaction, memory, template_id)
        if visitors:
            transaction.after_commit(self._scrub_is_due)

    def size(self, transaction: Transaction, memory: str) -> int:
        return len(self._follow(transaction, memory))

    def count(self) -> int:
        with self._database.transaction() as transaction:
            ((count,),) = transaction.execute("SELECT COUNT(*) FROM sealed_templates")
        return int(count)

    def scrub(self) -> None:
        """Besides, takes what others have removed out of this process's memory."""
        for memory in list(self._memories):
            with self._database.transaction() as transaction:
                transaction.lock(f"memory {memory}")
                if not len(self._follow(transaction, memory)):
                    del self._memories[memory]
        with self._database.transaction() as transaction:
            transaction.execute(
                "DELETE FROM removed_templates WHERE removed_at < now() - ? * interval '1 second'", (_TOLD_FOR,)
            )
        if self._scrubs:
            self._database.erase_dead_rows(_KEYS)
            self._scrubs -= 1

    def _scrub_is_due(self) -> None:
        self._scrubs = _SCRUBS

    @staticmethod
    def _tell(transaction: Transaction, memory: str, template_id: str) -> None:
        transaction.execute("INSERT INTO removed_templates (memory, template_id) VALUES (?, ?)", (memory, template_id))

    def _follow(self, transaction: Transaction, memory: str) -> VectorIndex:
        """The memory's index as the database has it. The memory's lock keeps numbers in the order of their commits."""
        followed = self._memories[memory]
        if time.monotonic() - followed.at > _TOLD_FOR / 2:  # cut off for so long that it may not hear of all removed
            followed = self._memories[memory] = _Followed()
        followed.at = time.monotonic()
        while rows := transaction.execute(
            "SELECT number, template_id, visitor, sealed, key FROM sealed_templates JOIN visitor_keys USING (visitor)"
            " WHERE memory = ? AND number > ? ORDER BY number LIMIT ?",
            (memory, followed.added, _AT_ONCE),
        ):
            opened = [
                AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], template_id.encode())
                for _, template_id, _, sealed, key in rows
            ]
            vectors = np.frombuffer(b"".join(opened), np.float16).reshape(-1, DIMENSIONS)
            followed.index.extend([Row(template_id, visitor) for _, template_id, visitor, _, _ in rows], vectors)
            followed.added = rows[-1][0]
        for number, template_id in transaction.execute(
            "SELECT number, template_id FROM removed_templates WHERE memory = ? AND number > ? ORDER BY number",
            (memory, followed.removed),
        ):
            followed.index.remove(template_id)
            followed.removed = number
        return followed.index
