"""The rows of the faces that lists hold."""

import uuid

import numpy as np

from face_api.faces.template import DIMENSIONS, Template, Vector
from face_api.storage.database import Transaction

SCHEMA = (
    """CREATE TABLE IF NOT EXISTS persisted_faces (
    persisted_face_id TEXT PRIMARY KEY, kind TEXT NOT NULL, list_id TEXT NOT NULL, user_data TEXT,
    template BYTEA NOT NULL, trained BIGINT NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS persisted_faces_list ON persisted_faces (kind, list_id, persisted_face_id)",
)
_OF_LIST = "kind = ? AND list_id = ?"
_THE_FACE = f"{_OF_LIST} AND persisted_face_id = ?"

FaceRow = tuple[str, str | None]
"""A face's id and user data."""


class FaceRows:
    """Faces of the lists of one kind. Every call is part of the transaction that is passed in."""

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def count(self, transaction: Transaction, list_id: str) -> int:
        """How many faces the list has."""
        ((count,),) = transaction.execute(
            f"SELECT COUNT(*) FROM persisted_faces WHERE {_OF_LIST}",  # noqa: S608 - a constant
            (self._kind, list_id),
        )
        return int(count)

    def add(
        self, transaction: Transaction, list_id: str, template: Template, user_data: str | None, *, trained: bool
    ) -> str:
        """Adds a face; its new id."""
        face_id = str(uuid.uuid4())
        transaction.execute(
            "INSERT INTO persisted_faces VALUES (?, ?, ?, ?, ?, ?)",
            (face_id, self._kind, list_id, user_data, template.to_bytes(), int(trained)),
        )
        return face_id

    def page(self, transaction: Transaction, list_id: str, after: str, count: int) -> list[FaceRow]:
        """Faces by id, those after the given one."""
        rows = transaction.execute(
            "SELECT persisted_face_id, user_data FROM persisted_faces"  # noqa: S608 - a constant
            f" WHERE {_OF_LIST} AND persisted_face_id > ? ORDER BY persisted_face_id LIMIT ?",
            (self._kind, list_id, after, count),
        )
        return [(row[0], row[1]) for row in rows]

    def find(self, transaction: Transaction, list_id: str, face_id: str) -> FaceRow | None:
        """One face, if the list has it."""
        rows = transaction.execute(
            f"SELECT persisted_face_id, user_data FROM persisted_faces WHERE {_THE_FACE}",  # noqa: S608 - a constant
            (self._kind, list_id, face_id),
        )
        return (rows[0][0], rows[0][1]) if rows else None

    def change(self, transaction: Transaction, list_id: str, face_id: str, user_data: str | None) -> bool:
        """Gives a face other user data; whether the list has it."""
        rows = transaction.execute(
            f"UPDATE persisted_faces SET user_data = ? WHERE {_THE_FACE} RETURNING persisted_face_id",  # noqa: S608
            (user_data, self._kind, list_id, face_id),
        )
        return bool(rows)

    def remove(self, transaction: Transaction, list_id: str, face_id: str) -> bool:
        """Deletes a face; whether the list had it."""
        rows = transaction.execute(
            f"DELETE FROM persisted_faces WHERE {_THE_FACE} RETURNING persisted_face_id",  # noqa: S608 - a constant
            (self._kind, list_id, face_id),
        )
        return bool(rows)

    def remove_all(self, transaction: Transaction, list_id: str) -> None:
        """Deletes the list's faces."""
        transaction.execute(f"DELETE FROM persisted_faces WHERE {_OF_LIST}", (self._kind, list_id))  # noqa: S608

    def train(self, transaction: Transaction, list_id: str) -> None:
        """Lets searches see all that the list has now."""
        transaction.execute(f"UPDATE persisted_faces SET trained = 1 WHERE {_OF_LIST}", (self._kind, list_id))  # noqa: S608

    def trained(
        self, transaction: Transaction, list_id: str, after: str, count: int
    ) -> tuple[list[str], Vector] | None:
        """Ids and unit vectors [N, 1024] of faces that searches may see, those after the given one; None at the end."""
        rows = transaction.execute(
            "SELECT persisted_face_id, template FROM persisted_faces"  # noqa: S608 - a constant
            f" WHERE {_OF_LIST} AND trained = 1 AND persisted_face_id > ? ORDER BY persisted_face_id LIMIT ?",
            (self._kind, list_id, after, count),
        )
        if not rows:
            return None
        stored = np.frombuffer(b"".join(bytes(template) for _, template in rows), np.float16)
        return [face_id for face_id, _ in rows], stored.reshape(-1, DIMENSIONS).astype(np.float32)
