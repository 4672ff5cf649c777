"""Face ids: what `detect` hands out, and what it stands for until it expires."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from face_api.errors import FaceNotFound
from face_api.faces.template import Template
from face_api.storage.database import Database

_SCHEMA = """
CREATE TABLE IF NOT EXISTS face_ids (
    face_id TEXT PRIMARY KEY, template BYTEA NOT NULL, quality DOUBLE PRECISION NOT NULL,
    recognition_model TEXT NOT NULL, expires_at DOUBLE PRECISION NOT NULL)
"""


@dataclass(frozen=True)
class KnownFace:
    """A face that `detect` has found and that has not expired."""

    face_id: str
    template: Template
    recognition_model: str


class FaceIds:
    """Keeps templates under random ids for as long as the client asked. `now` gives the time in epoch seconds."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now
        with database.transaction() as transaction:
            transaction.lock("schema")
            transaction.execute(_SCHEMA)
            transaction.execute("CREATE INDEX IF NOT EXISTS face_ids_expiry ON face_ids (expires_at)")

    def add(self, templates: Sequence[Template], recognition_model: str, seconds: int) -> list[str]:
        """Keeps the templates for `seconds`; returns a new id for each."""
        if not templates:
            return []
        ids = [str(uuid.uuid4()) for _ in templates]
        expires_at = self._now() + seconds
        with self._database.transaction() as transaction:
            for face_id, template in zip(ids, templates, strict=True):
                transaction.execute(
                    "INSERT INTO face_ids VALUES (?, ?, ?, ?, ?)",
                    (face_id, template.to_bytes(), template.quality, recognition_model, expires_at),
                )
        return ids

    def get(self, face_ids: Sequence[str]) -> list[KnownFace]:
        """The faces, in the order of the ids. Raises FaceNotFound if one is unknown or expired."""
        now = self._now()
        found: dict[str, KnownFace] = {}
        with self._database.transaction() as transaction:
            for start in range(0, len(face_ids), 500):
                chunk = list(face_ids[start : start + 500])
                marks = ",".join("?" * len(chunk))
                rows = transaction.execute(
                    "SELECT face_id, template, quality, recognition_model FROM face_ids"  # noqa: S608 - marks only
                    f" WHERE expires_at > ? AND face_id IN ({marks})",
                    (now, *chunk),
                )
                for face_id, template, quality, model in rows:
                    found[face_id] = KnownFace(face_id, Template.from_bytes(template, quality), model)
        if any(face_id not in found for face_id in face_ids):
            raise FaceNotFound("a faceId is unknown or has expired: detect the face again")
        return [found[face_id] for face_id in face_ids]

    def forget_expired(self) -> int:
        """Deletes what has expired; returns how many."""
        with self._database.transaction() as transaction:
            return len(
                transaction.execute("DELETE FROM face_ids WHERE expires_at <= ? RETURNING face_id", (self._now(),))
            )
