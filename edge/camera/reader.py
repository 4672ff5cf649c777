"""Reads a source in a thread and keeps only its newest frame: the rest is dropped, not queued."""

import random
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

import structlog

from edge.camera.source import Shown, Source
from edge.errors import CameraLost
from edge.frame import Frame, upright

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0

log = structlog.get_logger()


class Reader:
    """The newest frame of a source. Use as a context manager; `take` until `ended`."""

    def __init__(self, source: Source, frames_per_second: Callable[[], float]) -> None:
        self._source = source
        self._frames_per_second = frames_per_second
        self._changed = threading.Condition()
        self._frame: Frame | None = None
        self._stopping = threading.Event()
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="camera", daemon=True)
        self.error: Exception | None = None
        self.state = "opening"
        self.dropped = 0

    def __enter__(self) -> "Reader":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        with self._changed:
            self._changed.notify_all()
        self._thread.join(timeout=5)

    @property
    def ended(self) -> bool:
        """True once the source has ended or failed and its last frame was taken."""
        with self._changed:
            return self._ended and self._frame is None

    def take(self, timeout: float) -> Frame | None:
        """The newest frame not taken yet; waits up to `timeout` seconds for one."""
        with self._changed:
            self._changed.wait_for(lambda: self._frame or self._ended or self._stopping.is_set(), timeout)
            frame, self._frame = self._frame, None
            self._changed.notify_all()
            return frame

    def switch(self, source: Source) -> None:
        """Read another source from now on."""
        with self._changed:
            self._source = source
            self.state = "opening"
            self._changed.notify_all()

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                source = self._source
                if source.live:
                    self._read_again_and_again(source)
                else:
                    self._read(source)
                if self._source is source:
                    return
        except Exception as error:  # noqa: BLE001 - whoever takes the frames must know
            self.error = error
        finally:
            with self._changed:
                self._ended = True
                self.state = "ended"
                self._changed.notify_all()

    def _over(self, source: Source) -> bool:
        return self._stopping.is_set() or self._source is not source

    def _read_again_and_again(self, source: Source) -> None:
        pause = FIRST_PAUSE
        while not self._over(source):
            try:
                self._read(source)
            except CameraLost as lost:
                pause = FIRST_PAUSE if self.state == "on" else pause
                self.state = "lost"
                log.warning("camera lost", reason=str(lost), retryInSeconds=round(pause, 1))
                jittered = pause * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
                with self._changed:
                    self._changed.wait_for(lambda: self._over(source), jittered)
                pause = min(2 * pause, LONGEST_PAUSE)

    def _read(self, source: Source) -> None:
        started = None
        next_due = 0.0
        for shown in source.images():
            if self._over(source):
                return
            now = time.monotonic()
            started = now if started is None else started
            if source.continuous and max(now, started + shown.due) < next_due:
                continue
            self._stopping.wait(started + shown.due - now)
            now = time.monotonic()
            next_due = max(next_due, now - 0.1) + 1 / self._frames_per_second()
            self._show(source, shown, now)

    def _show(self, source: Source, shown: Shown, now: float) -> None:
        image = upright(shown.image)
        with self._changed:
            if self.state != "on":
                self.state = "on"
                log.info("camera on", source=source.name, width=image.width, height=image.height)
            if not source.continuous:
                self._changed.wait_for(lambda: self._frame is None or self._over(source))
            self.dropped += self._frame is not None
            self._frame = Frame(image, datetime.now(UTC), now)
            self._changed.notify_all()
