"""Face ids: what `detect` hands out, and what it stands for until it expires.

What lies in the store under an id is sealed with the id itself, of which the store keeps but a digest. So once nobody
has the id any more, neither the files nor a log of the database nor a stolen disk give the template away.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from face_api.errors import FaceNotFound
from face_api.faces.template import Template
from face_api.storage.database import Database, Transaction

_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS sealed_faces (
    name TEXT PRIMARY KEY, sealed BYTEA NOT NULL, quality DOUBLE PRECISION NOT NULL, recognition_model TEXT NOT NULL,
    expires_at DOUBLE PRECISION NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS sealed_faces_expiry ON sealed_faces (expires_at)",
)
_NONCE = bytes(12)  # every key seals one template only
_AT_ONCE = 500


@dataclass(frozen=True)
class KnownFace:
    """A face that `detect` has found and that has not expired."""

    face_id: str
    template: Template
    recognition_model: str


def name_of(face_id: str) -> str:
    """The name by which the store knows a face id; the id can't be found from it, as it has 122 random bits."""
    return sha256(b"name of face id " + face_id.encode()).hexdigest()


class FaceIds:
    """Keeps templates under random ids for as long as the client asked. `now` gives the time in epoch seconds."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now
        with database.transaction() as transaction:
            transaction.lock("schema")
            for statement in _SCHEMA:
                transaction.execute(statement)

    def add(self, templates: Sequence[Template], recognition_model: str, seconds: int) -> list[str]:
        """Keeps the templates for `seconds`; returns a new id for each."""
        if not templates:
            return []
        ids = [str(uuid.uuid4()) for _ in templates]
        expires_at = self._now() + seconds
        with self._database.transaction() as transaction:
            for face_id, template in zip(ids, templates, strict=True):
                sealed = _cipher(face_id).encrypt(_NONCE, template.to_bytes(), None)
                transaction.execute(
                    "INSERT INTO sealed_faces VALUES (?, ?, ?, ?, ?)",
                    (name_of(face_id), sealed, template.quality, recognition_model, expires_at),
                )
        return ids

    def get(self, face_ids: Sequence[str]) -> list[KnownFace]:
        """The faces, in the order of the ids. Raises FaceNotFound if one is unknown or expired."""
        now = self._now()
        by_name = {name_of(face_id): face_id for face_id in face_ids}
        found: dict[str, KnownFace] = {}
        with self._database.transaction() as transaction:
            for names in _chunks(list(by_name)):
                rows = transaction.execute(
                    "SELECT name, sealed, quality, recognition_model FROM sealed_faces"  # noqa: S608 - marks only
                    f" WHERE expires_at > ? AND name IN ({_marks(names)})",
                    (now, *names),
                )
                for name, sealed, quality, model in rows:
                    face_id = by_name[name]
                    vector = _cipher(face_id).decrypt(_NONCE, sealed, None)
                    found[face_id] = KnownFace(face_id, Template.from_bytes(vector, quality), model)
        if any(face_id not in found for face_id in face_ids):
            raise FaceNotFound("a faceId is unknown or has expired: detect the face again")
        return [found[face_id] for face_id in face_ids]

    def remove(self, transaction: Transaction, face_ids: Sequence[str]) -> None:
        """Deletes these, so that they answer no more."""
        for names in _chunks([name_of(face_id) for face_id in face_ids]):
            transaction.execute(f"DELETE FROM sealed_faces WHERE name IN ({_marks(names)})", names)  # noqa: S608

    def remove_all(self, transaction: Transaction) -> None:
        """Deletes every one: whose face it is can't be told without the id."""
        transaction.execute("DELETE FROM sealed_faces")

    def forget_expired(self) -> int:
        """Deletes what has expired; returns how many."""
        with self._database.transaction() as transaction:
            return len(
                transaction.execute("DELETE FROM sealed_faces WHERE expires_at <= ? RETURNING name", (self._now(),))
            )


def _cipher(face_id: str) -> AESGCM:
    return AESGCM(sha256(b"key of face id " + face_id.encode()).digest())


def _chunks(names: list[str]) -> list[list[str]]:
    return [names[start : start + _AT_ONCE] for start in range(0, len(names), _AT_ONCE)]


def _marks(names: Sequence[str]) -> str:
    return ",".join("?" * len(names))
