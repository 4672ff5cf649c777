"""Face lists, small and large: named collections of templates that stay until they are deleted."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from face_api.errors import (
    FaceApiError,
    FaceListExists,
    FaceListNotFound,
    LargeFaceListExists,
    LargeFaceListNotFound,
    LargeFaceListNotTrained,
    PersistedFaceNotFound,
    QuotaLimitExceeded,
)
from face_api.faces.template import DIMENSIONS, Template, Vector
from face_api.storage.database import Database, Transaction

_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS face_lists (
    kind TEXT NOT NULL, list_id TEXT NOT NULL, name TEXT NOT NULL, user_data TEXT, recognition_model TEXT NOT NULL,
    created_at DOUBLE PRECISION NOT NULL, changed_at DOUBLE PRECISION NOT NULL, trained_at DOUBLE PRECISION,
    PRIMARY KEY (kind, list_id))""",
    """CREATE TABLE IF NOT EXISTS persisted_faces (
    persisted_face_id TEXT PRIMARY KEY, kind TEXT NOT NULL, list_id TEXT NOT NULL, user_data TEXT,
    template BYTEA NOT NULL, trained BIGINT NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS persisted_faces_list ON persisted_faces (kind, list_id, persisted_face_id)",
)
_LIST_COLUMNS = "list_id, name, user_data, recognition_model, created_at, changed_at, trained_at"
_AT_ONCE = 4096


class ListKind(StrEnum):
    """The contract has two kinds of list, with paths and limits of their own."""

    SMALL = "facelist"
    LARGE = "largefacelist"


@dataclass(frozen=True)
class Limits:
    """How many lists of a kind there may be, and how many faces in each."""

    lists: int
    faces: int


LIMITS = {ListKind.SMALL: Limits(64, 1_000), ListKind.LARGE: Limits(64, 100_000)}
_NOT_FOUND: dict[ListKind, type[FaceApiError]] = {
    ListKind.SMALL: FaceListNotFound,
    ListKind.LARGE: LargeFaceListNotFound,
}
_EXISTS: dict[ListKind, type[FaceApiError]] = {ListKind.SMALL: FaceListExists, ListKind.LARGE: LargeFaceListExists}


@dataclass(frozen=True)
class FaceList:
    """A list without its faces; times in epoch seconds, `trained_at` None before the first training."""

    list_id: str
    name: str
    user_data: str | None
    recognition_model: str
    created_at: float
    changed_at: float
    trained_at: float | None


@dataclass(frozen=True)
class PersistedFace:
    """A face of a list, without its template."""

    persisted_face_id: str
    user_data: str | None


class FaceLists:
    """The lists of one kind. Every call raises the kind's own NotFound if there is no such list."""

    def __init__(self, database: Database, kind: ListKind, now: Callable[[], float]) -> None:
        self.kind = kind
        self._database = database
        self._now = now
        with database.transaction() as transaction:
            transaction.lock("schema")
            for statement in _SCHEMA:
                transaction.execute(statement)

    def create(self, list_id: str, name: str, user_data: str | None, recognition_model: str) -> None:
        """A new, empty list. Raises the kind's Exists, or QuotaLimitExceeded."""
        now = self._now()
        with self._database.transaction() as transaction:
            transaction.lock(self.kind)
            ((count,),) = transaction.execute("SELECT COUNT(*) FROM face_lists WHERE kind = ?", (self.kind,))
            if count >= LIMITS[self.kind].lists:
                raise QuotaLimitExceeded(f"there are {count} lists already; no more can be made")
            made = transaction.execute(
                "INSERT INTO face_lists VALUES (?, ?, ?, ?, ?, ?, ?, NULL) ON CONFLICT DO NOTHING RETURNING list_id",
                (self.kind, list_id, name, user_data, recognition_model, now, now),
            )
        if not made:
            raise _EXISTS[self.kind]("there is a list of this id already")

    def get(self, list_id: str) -> FaceList:
        """The list."""
        with self._database.transaction() as transaction:
            return self._get(transaction, list_id)

    def all(self, after: str = "", count: int = 1000) -> list[FaceList]:
        """Lists by id, those after the given one."""
        with self._database.transaction() as transaction:
            rows = transaction.execute(
                f"SELECT {_LIST_COLUMNS} FROM face_lists WHERE kind = ? AND list_id > ? ORDER BY list_id LIMIT ?",  # noqa: S608
                (self.kind, after, count),
            )
        return [FaceList(*row) for row in rows]

    def update(self, list_id: str, name: str | None, user_data: str | None) -> None:
        """Changes what is given."""
        with self._database.transaction() as transaction:
            self._get(transaction, list_id)
            transaction.execute(
                "UPDATE face_lists SET name = COALESCE(?, name), user_data = COALESCE(?, user_data)"
                " WHERE kind = ? AND list_id = ?",
                (name, user_data, self.kind, list_id),
            )

    def delete(self, list_id: str) -> None:
        """Deletes the list and its faces, in the files too."""
        with self._database.transaction() as transaction:
            self._get(transaction, list_id)
            for table in ("persisted_faces", "face_lists"):
                transaction.execute(f"DELETE FROM {table} WHERE kind = ? AND list_id = ?", (self.kind, list_id))  # noqa: S608
        self._database.scrub()

    def add_face(self, list_id: str, template: Template, user_data: str | None) -> str:
        """Adds a face; its new id. Raises QuotaLimitExceeded."""
        face_id = str(uuid.uuid4())
        with self._database.transaction() as transaction:
            transaction.lock(f"{self.kind} {list_id}")
            self._get(transaction, list_id)
            ((count,),) = transaction.execute(
                "SELECT COUNT(*) FROM persisted_faces WHERE kind = ? AND list_id = ?", (self.kind, list_id)
            )
            if count >= LIMITS[self.kind].faces:
                raise QuotaLimitExceeded(f"the list has {count} faces already; no more can be added")
            transaction.execute(
                "INSERT INTO persisted_faces VALUES (?, ?, ?, ?, ?, ?)",
                (face_id, self.kind, list_id, user_data, template.to_bytes(), int(self.kind is ListKind.SMALL)),
            )
            self._touch(transaction, list_id)
        return face_id

    def faces(self, list_id: str, after: str = "", count: int = 1000) -> list[PersistedFace]:
        """Faces by id, those after the given one."""
        with self._database.transaction() as transaction:
            self._get(transaction, list_id)
            rows = transaction.execute(
                "SELECT persisted_face_id, user_data FROM persisted_faces WHERE kind = ? AND list_id = ?"
                " AND persisted_face_id > ? ORDER BY persisted_face_id LIMIT ?",
                (self.kind, list_id, after, count),
            )
        return [PersistedFace(*row) for row in rows]

    def face(self, list_id: str, face_id: str) -> PersistedFace:
        """One face. Raises PersistedFaceNotFound."""
        with self._database.transaction() as transaction:
            self._get(transaction, list_id)
            rows = transaction.execute(
                "SELECT persisted_face_id, user_data FROM persisted_faces"
                " WHERE kind = ? AND list_id = ? AND persisted_face_id = ?",
                (self.kind, list_id, face_id),
            )
        if not rows:
            raise PersistedFaceNotFound("the list has no face of this id")
        return PersistedFace(*rows[0])

    def update_face(self, list_id: str, face_id: str, user_data: str | None) -> None:
        """Changes a face's user data. Raises PersistedFaceNotFound."""
        self.face(list_id, face_id)
        with self._database.transaction() as transaction:
            transaction.execute(
                "UPDATE persisted_faces SET user_data = ? WHERE persisted_face_id = ?", (user_data, face_id)
            )

    def delete_face(self, list_id: str, face_id: str) -> None:
        """Deletes a face, in the files too. Raises PersistedFaceNotFound."""
        with self._database.transaction() as transaction:
            self._get(transaction, list_id)
            gone = transaction.execute(
                "DELETE FROM persisted_faces WHERE kind = ? AND list_id = ? AND persisted_face_id = ?"
                " RETURNING persisted_face_id",
                (self.kind, list_id, face_id),
            )
            if not gone:
                raise PersistedFaceNotFound("the list has no face of this id")
            self._touch(transaction, list_id)
        self._database.scrub()

    def train(self, list_id: str) -> None:
        """Lets searches see the faces added since the last training. Nothing is computed, so it is done at once."""
        now = self._now()
        with self._database.transaction() as transaction:
            self._get(transaction, list_id)
            values = (self.kind, list_id)
            transaction.execute("UPDATE persisted_faces SET trained = 1 WHERE kind = ? AND list_id = ?", values)
            transaction.execute("UPDATE face_lists SET trained_at = ? WHERE kind = ? AND list_id = ?", (now, *values))

    def searchable(self, list_id: str) -> Iterator[tuple[list[str], Vector]]:
        """The faces that a search may find, in batches of ids and unit vectors [N, 1024].

        Raises LargeFaceListNotTrained if a large list was never trained.
        """
        if self.kind is ListKind.LARGE and self.get(list_id).trained_at is None:
            raise LargeFaceListNotTrained("train the large face list before searching it")
        after = ""
        while True:
            with self._database.transaction() as transaction:
                self._get(transaction, list_id)
                rows = transaction.execute(
                    "SELECT persisted_face_id, template FROM persisted_faces WHERE kind = ? AND list_id = ?"
                    " AND trained = 1 AND persisted_face_id > ? ORDER BY persisted_face_id LIMIT ?",
                    (self.kind, list_id, after, _AT_ONCE),
                )
            if not rows:
                return
            after = rows[-1][0]
            stored = np.frombuffer(b"".join(bytes(template) for _, template in rows), np.float16)
            yield [face_id for face_id, _ in rows], stored.reshape(-1, DIMENSIONS).astype(np.float32)

    def _get(self, transaction: Transaction, list_id: str) -> FaceList:
        rows = transaction.execute(
            f"SELECT {_LIST_COLUMNS} FROM face_lists WHERE kind = ? AND list_id = ?",  # noqa: S608
            (self.kind, list_id),
        )
        if not rows:
            raise _NOT_FOUND[self.kind]("there is no list of this id")
        return FaceList(*rows[0])

    def _touch(self, transaction: Transaction, list_id: str) -> None:
        transaction.execute(
            "UPDATE face_lists SET changed_at = ? WHERE kind = ? AND list_id = ?", (self._now(), self.kind, list_id)
        )
