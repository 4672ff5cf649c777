"""A worker process, as the thread that waits for it sees it."""

from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

import structlog

from face_api.errors import Cancelled, CannotStart
from face_api.faces.face import Attribute
from face_api.workers.worker import GIVEN_UP, AnalysisFailed, AnalyzedPicture, Question
from face_api.workers.zygote import Zygote

_BETWEEN_CHECKS = 0.1
log = structlog.get_logger()


class PictureWorker:
    """For one thread at a time. A process that was killed is replaced when the next picture comes."""

    def __init__(self, zygote: Zygote) -> None:
        self._zygote = zygote
        self._connection: Connection[Any, Any] | None = zygote.fork()
        self._ready = False

    def wait_until_ready(self) -> None:
        """Returns once the process can look at pictures. Raises CannotStart if it has ended, Unavailable."""
        try:
            self._connected()
        except (EOFError, OSError):
            raise CannotStart("a process that looks at pictures ended at once: is there too little memory?") from None

    def analyze(
        self, content: bytes, *, templates: bool, attributes: frozenset[Attribute], check: Callable[[], None]
    ) -> AnalyzedPicture:
        """The faces of a picture. `check` is called while the process is at work and may raise Cancelled.

        Raises what decoding raises; AnalysisFailed if the process has failed or ended; Unavailable if there is none.
        """
        try:
            connection = self._connected()
            connection.send(Question(content, templates, attributes))
            answer = _awaited(connection, check)
        except (EOFError, OSError):
            self.close()
            log.error("worker lost")
            raise AnalysisFailed("the process that looked at the picture has ended; it has been logged") from None
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        """Ends the process."""
        if self._connection:
            self._connection.close()
        self._connection, self._ready = None, False

    def _connected(self) -> "Connection[Any, Any]":
        if self._connection is None:
            self._connection = self._zygote.fork()
        if not self._ready:
            self._ready = self._connection.recv()
        return self._connection


def _awaited(connection: "Connection[Any, Any]", check: Callable[[], None]) -> AnalyzedPicture | Exception:
    """The answer. When `check` raises, the work is given up first, so that the next answer is the next question's."""
    try:
        while not connection.poll(_BETWEEN_CHECKS):
            check()
    except Cancelled:
        connection.send(GIVEN_UP)
        connection.recv()
        raise
    answer: AnalyzedPicture | Exception = connection.recv()
    return answer
