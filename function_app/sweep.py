"""Blobs that the trigger has not seen, or has forgotten: a blob that is still there is by that fact undone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from function_app.errors import BlobAtFault, BlobGone, BlobTaken, FaceApiUnavailable, FailedAlone, Passing
from function_app.names import parse
from function_app.poison import Poison
from function_app.storage.container import Container
from function_app.storage.listing import Stored

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=4), timedelta(seconds=40)
TOUCHES, STRIKES = "touches", "strikes"
TOUCHES_FIRST, MOST_STRIKES = 1, 3
"""After so many touches the sweep does the trigger's work itself; after so many strikes the blob is given up.

One touch: at a sweep every 5 s a blob that the trigger never sees is done when it is 14 s old.
"""
MOST_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Swept:
    """How many blobs were touched, done here, and set aside."""

    touched: int = 0
    done: int = 0
    poisoned: int = 0


class Sweep:
    """Touching a blob (its metadata, so its ETag) triggers the function again."""

    def __init__(
        self,
        pictures: Container,
        poison: Poison,
        work: Callable[[str], None],
        is_ready: Callable[[], bool],
        reads_a_blank_picture: Callable[[], bool],
    ) -> None:
        """`work` does all that a trigger would with the blob of a name, and deletes it."""
        self._pictures, self._poison, self._work = pictures, poison, work
        self._is_ready, self._reads_a_blank_picture = is_ready, reads_a_blank_picture

    def once(self, now: Callable[[], datetime]) -> Swept:
        """Look at all blobs once. While the Face API is down none is touched. Raises StorageUnavailable."""
        touched = done = poisoned = 0
        begin = now()
        if not self._is_ready():
            return Swept()
        for stored in list(self._pictures.walk(metadata=True)):
            if now() - begin > timedelta(seconds=MOST_SECONDS):
                break
            if begin - stored.touched_at < _wait(stored):
                continue
            try:
                if _number(stored, TOUCHES) < TOUCHES_FIRST:
                    self._touch(stored, struck=False)
                    touched += 1
                else:
                    done += self._do(stored)
            except BlobAtFault as fault:
                self._poison.put(stored.name, fault)
                poisoned += 1
            except (BlobGone, BlobTaken):
                continue
        return Swept(touched, done, poisoned)

    def _do(self, stored: Stored) -> bool:
        if _number(stored, STRIKES) >= MOST_STRIKES:
            raise FailedAlone("the Face API failed on it again and again, and read a blank picture")
        parse(stored.name)
        try:
            self._work(stored.name)
        except FaceApiUnavailable:
            self._touch(stored, struck=self._reads_a_blank_picture())
            return False
        except Passing:
            self._touch(stored, struck=False)
            return False
        return True

    def _touch(self, stored: Stored, struck: bool) -> None:
        strikes = _number(stored, STRIKES) + 1 if struck else 0
        kept = {TOUCHES: str(_number(stored, TOUCHES) + 1), STRIKES: str(strikes)}
        self._pictures.blob(stored.name).mark({**stored.metadata, **kept})


def _wait(stored: Stored) -> timedelta:
    return min(LONGEST_WAIT, FIRST_WAIT * (1 << min(max(0, _number(stored, TOUCHES) - TOUCHES_FIRST), 8)))


def _number(stored: Stored, name: str) -> int:
    text = stored.metadata.get(name, "0")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0
