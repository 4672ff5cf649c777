"""Face lists, small and large: named collections of templates that stay until they are deleted."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

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
from face_api.faces.template import Template, Vector
from face_api.storage import face_rows
from face_api.storage.database import Database, Transaction

_SCHEMA = """
CREATE TABLE IF NOT EXISTS face_lists (
    kind TEXT NOT NULL, list_id TEXT NOT NULL, name TEXT NOT NULL, user_data TEXT, recognition_model TEXT NOT NULL,
    created_at DOUBLE PRECISION NOT NULL, changed_at DOUBLE PRECISION NOT NULL, trained_at DOUBLE PRECISION,
    PRIMARY KEY (kind, list_id))
"""
_LIST_COLUMNS = "list_id, name, user_data, recognition_model, created_at, changed_at, trained_at"
_AT_ONCE = 4096


class ListKind(StrEnum):
    """The contract has two kinds of list, with paths and limits of their own."""

    SMALL = "facelist"
    LARGE = "largefacelist"


@dataclass(frozen=True)
class _Rules:
    """How many lists of a kind there may be, how many faces in each, and what is raised of them."""

    lists: int
    faces: int
    not_found: type[FaceApiError]
    exists: type[FaceApiError]


_RULES = {
    ListKind.SMALL: _Rules(64, 1_000, FaceListNotFound, FaceListExists),
    ListKind.LARGE: _Rules(64, 100_000, LargeFaceListNotFound, LargeFaceListExists),
}


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
        self._rules = _RULES[kind]
        self._database = database
        self._now = now
        self._faces = face_rows.FaceRows(kind)
        with database.transaction() as transaction:
            transaction.lock("schema")
            for statement in (_SCHEMA, *face_rows.SCHEMA):
                transaction.execute(statement)

    def create(self, list_id: str, name: str, user_data: str | None, recognition_model: str) -> None:
        """A new, empty list. Raises the kind's Exists, or QuotaLimitExceeded."""
        now = self._now()
        with self._database.transaction() as transaction:
            transaction.lock(self.kind)
            ((count,),) = transaction.execute("SELECT COUNT(*) FROM face_lists WHERE kind = ?", (self.kind,))
            if count >= self._rules.lists:
                raise QuotaLimitExceeded(f"there are {count} lists already; no more can be made")
            made = transaction.execute(
                "INSERT INTO face_lists VALUES (?, ?, ?, ?, ?, ?, ?, NULL) ON CONFLICT DO NOTHING RETURNING list_id",
                (self.kind, list_id, name, user_data, recognition_model, now, now),
            )
        if not made:
            raise self._rules.exists("there is a list of this id already")

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
            self._faces.remove_all(transaction, list_id)
            transaction.execute("DELETE FROM face_lists WHERE kind = ? AND list_id = ?", (self.kind, list_id))
        self._database.scrub()

    def add_face(self, list_id: str, template: Template, user_data: str | None) -> str:
        """Adds a face; its new id. Raises QuotaLimitExceeded."""
        with self._database.transaction() as transaction:
            transaction.lock(f"{self.kind} {list_id}")
            self._get(transaction, list_id)
            count = self._faces.count(transaction, list_id)
            if count >= self._rules.faces:
                raise QuotaLimitExceeded(f"the list has {count} faces already; no more can be added")
            trained = self.kind is ListKind.SMALL
            face_id = self._faces.add(transaction, list_id, template, user_data, trained=trained)
            self._touch(transaction, list_id)
        return face_id

    def faces(self, list_id: str, after: str = "", count: int = 1000) -> list[PersistedFace]:
        """Faces by id, those after the given one."""
        with self._database.transaction() as transaction:
            self._get(transaction, list_id)
            return [PersistedFace(*row) for row in self._faces.page(transaction, list_id, after, count)]

    def face(self, list_id: str, face_id: str) -> PersistedFace:
        """One face. Raises PersistedFaceNotFound."""
        with self._database.transaction() as transaction:
            self._get(transaction, list_id)
            row = self._faces.find(transaction, list_id, face_id)
        if row is None:
            raise _no_such_face()
        return PersistedFace(*row)

    def update_face(self, list_id: str, face_id: str, user_data: str | None) -> None:
        """Changes a face's user data. Raises PersistedFaceNotFound."""
        with self._database.transaction() as transaction:
            self._get(transaction, list_id)
            if not self._faces.change(transaction, list_id, face_id, user_data):
                raise _no_such_face()

    def delete_face(self, list_id: str, face_id: str) -> None:
        """Deletes a face, in the files too. Raises PersistedFaceNotFound."""
        with self._database.transaction() as transaction:
            self._get(transaction, list_id)
            if not self._faces.remove(transaction, list_id, face_id):
                raise _no_such_face()
            self._touch(transaction, list_id)
        self._database.scrub()

    def train(self, list_id: str) -> None:
        """Lets searches see the faces added since the last training. Nothing is computed, so it is done at once."""
        with self._database.transaction() as transaction:
            self._get(transaction, list_id)
            self._faces.train(transaction, list_id)
            transaction.execute(
                "UPDATE face_lists SET trained_at = ? WHERE kind = ? AND list_id = ?", (self._now(), self.kind, list_id)
            )

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
                batch = self._faces.trained(transaction, list_id, after, _AT_ONCE)
            if batch is None:
                return
            yield batch
            after = batch[0][-1]

    def _get(self, transaction: Transaction, list_id: str) -> FaceList:
        rows = transaction.execute(
            f"SELECT {_LIST_COLUMNS} FROM face_lists WHERE kind = ? AND list_id = ?",  # noqa: S608
            (self.kind, list_id),
        )
        if not rows:
            raise self._rules.not_found("there is no list of this id")
        return FaceList(*rows[0])

    def _touch(self, transaction: Transaction, list_id: str) -> None:
        transaction.execute(
            "UPDATE face_lists SET changed_at = ? WHERE kind = ? AND list_id = ?", (self._now(), self.kind, list_id)
        )


def _no_such_face() -> PersistedFaceNotFound:
    return PersistedFaceNotFound("the list has no face of this id")
