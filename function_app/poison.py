"""The poison container: pictures that can't be analyzed, each with the reason, until someone replays them."""

from collections.abc import Mapping
from dataclasses import dataclass

from function_app.errors import PictureError, PictureGone, PictureNameInvalid, PictureTaken
from function_app.pictures import MAX_BYTES
from function_app.storage import Container, Content

REASON, REPLAYS = "reason", "replays"
MAX_REPLAYS = 3


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many pictures went back into work, and how many were left because that would not help."""

    replayed: int
    left: int


class Poison:
    """Moves pictures between the two containers. The copy is safe before the original goes."""

    def __init__(self, pictures: Container, poison: Container) -> None:
        self._pictures, self._poison = pictures, poison

    def put(self, name: str, fault: PictureError, lease_id: str | None = None) -> None:
        """Move a picture here, with the fault's reason in its metadata. Raises as Container does."""
        picture = self._pictures.blob(name)
        content = picture.read(lease_id)
        _copy(self._poison, name, content, {**content.metadata, REASON: fault.reason})
        picture.delete(lease_id)

    def replay(self) -> Replayed:
        """Put every picture back into work that has not been back MAX_REPLAYS times and has a valid name."""
        replayed = left = 0
        for stored in list(self._poison.walk()):
            try:
                done = self._replay(stored.name)
            except (PictureGone, PictureTaken):
                continue
            replayed, left = replayed + done, left + (not done)
        return Replayed(replayed, left)

    def _replay(self, name: str) -> bool:
        poisoned = self._poison.blob(name)
        content = poisoned.read()
        metadata = dict(content.metadata)
        times = replays(metadata)
        if times >= MAX_REPLAYS or metadata.pop(REASON, None) == PictureNameInvalid.reason:
            return False
        _copy(self._pictures, name, content, {**metadata, REPLAYS: str(times + 1)})
        poisoned.delete()
        return True


def replays(metadata: Mapping[str, str]) -> int:
    """How often a picture with this metadata has been put back into work."""
    text = metadata.get(REPLAYS, "0")
    return int(text) if text.isdecimal() else 0


def _copy(to: Container, name: str, content: Content, metadata: Mapping[str, str]) -> None:
    piecewise = content.size > MAX_BYTES
    to.write(name, content.chunks() if piecewise else content.read(), content.size, metadata)
