"""A lease on one picture, so that many workers share a container without double work."""

import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

from function_app.errors import FunctionAppError
from function_app.storage.blob import Blob
from function_app.storage.content import Content


class Lease:
    """Held while the `with` block runs; given back at its end unless the picture was deleted.

    When giving back fails, or the process is killed, the lease runs out after `seconds` and another worker takes over.
    """

    def __init__(self, picture: Blob, seconds: int, clock: Callable[[], float] = time.monotonic) -> None:
        """`seconds`: 15 to 60."""
        self._picture, self._seconds, self._clock = picture, seconds, clock
        self._deleted = False

    def __enter__(self) -> Self:
        """Raises BlobTaken or BlobGone, or StorageUnavailable."""
        self._since = self._clock()
        self.id = self._picture.acquire(self._seconds)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._deleted:
            with suppress(FunctionAppError):
                self._picture.release(self.id)

    def read(self) -> Content:
        """The picture's bytes. Raises BlobTaken or BlobGone when the lease was lost."""
        return self._picture.read(self.id)

    def keep(self) -> None:
        """Renew it when half its time is over. Raises BlobTaken or BlobGone when it is lost."""
        now = self._clock()
        if now - self._since > self._seconds / 2:
            self._picture.renew(self.id)
            self._since = now

    def delete(self) -> None:
        """Delete the picture, and the lease with it. Raises BlobTaken or BlobGone when the lease was lost."""
        self._picture.delete(self.id)
        self._deleted = True
