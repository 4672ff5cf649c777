"""The poison container: pictures and counts that can't be used, each with the reason, until someone replays them."""

from dataclasses import dataclass

from function_app.errors import BlobAtFault, BlobGone, BlobTaken, BlobUnusable, NameInvalid
from function_app.names import MAX_BYTES
from function_app.storage.container import Container
from function_app.storage.content import Content

REASON = "reason"


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many blobs went back into work, and how many were left because that would not help."""

    replayed: int
    left: int


class Poison:
    """Moves blobs between the two containers. The copy is safe before the original goes."""

    def __init__(self, pictures: Container, poison: Container) -> None:
        self._pictures, self._poison = pictures, poison

    def put(self, name: str, fault: BlobAtFault, lease_id: str | None = None) -> None:
        """Move a blob here, with the fault's reason in its metadata. Raises as Container does.

        What storage won't give out (an archived blob) can't be moved: it is deleted, since nobody could use it.
        """
        blob = self._pictures.blob(name)
        try:
            content = blob.read(lease_id)
            _copy(self._poison, name, content, fault.reason)
        except BlobUnusable:
            pass
        blob.delete(lease_id)

    def replay(self) -> Replayed:
        """Put every blob back into work whose name is valid."""
        replayed = left = 0
        for stored in list(self._poison.walk()):
            try:
                done = self._replay(stored.name)
            except (BlobGone, BlobTaken, BlobUnusable):
                continue
            replayed, left = replayed + done, left + (not done)
        return Replayed(replayed, left)

    def _replay(self, name: str) -> bool:
        poisoned = self._poison.blob(name)
        content = poisoned.read()
        if content.metadata.get(REASON) == NameInvalid.reason:
            return False
        _copy(self._pictures, name, content, None)
        poisoned.delete()
        return True


def _copy(to: Container, name: str, content: Content, reason: str | None) -> None:
    metadata = {key: value for key, value in content.metadata.items() if key != REASON}
    if reason is not None:
        metadata[REASON] = reason
    whole = content.size <= MAX_BYTES
    to.write(name, content.read() if whole else content.chunks(), content.size, metadata)
