"""The module at work: frames in, pictures into the spool, until the source ends or someone says stop."""

import queue
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime

import structlog

from edge.camera.reader import Reader
from edge.counting.account import Account
from edge.counts import Counts
from edge.errors import ModelFailed, PicturesLeft
from edge.forward import Forwarder
from edge.parcel import Parcel
from edge.picture import cut, picture_name
from edge.policy import Candidate
from edge.settings import Settings
from edge.spool.spool import Bounds, Spool
from edge.watch import Watch

LAST_SENDS_SECONDS = 60.0
"""How long to go on sending after the source's end while storage doesn't answer."""
LAST_SENDS_AT_STOP_SECONDS = 5.0

log = structlog.get_logger()


class Module:
    """One camera's module. `run` it once."""

    def __init__(
        self,
        *,
        reader: Reader,
        watch: Watch,
        spool: Spool,
        forwarder: Forwarder,
        account: Account | None,
        model_failed: Callable[[ModelFailed], None],
        settings: Callable[[], Settings],
        stopping: threading.Event,
    ) -> None:
        """settings: those in force, asked before each frame, as the twin may change them.

        account: counts; None where frames have nothing to do with one another. model_failed: puts another model in the
        place of one that fails on a frame, or raises the failure.

        stopping: once set, the module ends gracefully: what can't be sent in a few seconds waits in the spool.
        """
        self._reader, self._watch, self._spool, self._forwarder = reader, watch, spool, forwarder
        self._account, self._model_failed, self._settings = account, model_failed, settings
        self._asked: queue.SimpleQueue[Future[bool]] = queue.SimpleQueue()
        self._stopping = stopping
        self._kept_at = self._said_at = time.monotonic()
        self._look_seconds = 0.0
        self._fault: str | None = None
        self._still_figures = 0
        self.counts = Counts()

    def take_picture(self, timeout: float) -> bool:
        """Take a picture of the people in the next frame, from another thread: whether there was one to take."""
        asked: Future[bool] = Future()
        self._asked.put(asked)
        try:
            return asked.result(timeout)
        except TimeoutError:
            return False

    def run(self) -> None:
        """Watch until the source's end and send everything.

        Raises the source's error, or PicturesLeft if storage couldn't be reached for a minute at the end.
        """
        with self._forwarder, self._reader:
            while not (self._stopping.is_set() or self._reader.ended):
                self._step()
            self._keep(self._watch.decide(float("inf")))
            if self._account:
                self._account.finish(datetime.now(UTC), self._settings())
            self._send_the_rest()
        if self._reader.error:
            raise self._reader.error

    def _step(self) -> None:
        if self._forwarder.failure:
            raise self._forwarder.failure
        now = time.monotonic()
        if now >= self._kept_at + 1:
            self._kept_at = now
            self._spool.shrink(spool_bounds(self._settings()))
            if self._account:
                self._account.tick(datetime.now(UTC), self._settings())
            self._say_of_the_disk()
        if now >= self._said_at + self._settings().log_seconds:
            self._said_at = now
            self._say()
        wait = min(self._watch.decide_at, self._kept_at + 1, self._said_at + self._settings().log_seconds) - now
        frame = self._reader.take(max(0.0, wait))
        if frame is None:
            self._keep(self._watch.decide(time.monotonic()))
            return
        started = time.monotonic()
        self._keep(self._watch.decide(started + self._look_seconds))  # rather now than after another look
        try:
            glance = self._watch.look(frame, self._settings())
        except ModelFailed as failure:
            self._model_failed(failure)
            return
        self._look_seconds = time.monotonic() - started
        self.counts.frames += 1
        self.counts.frames_with_people += bool(glance.seen.tracks)
        self._say_of_figures()
        self.counts.people += glance.seen.newcomers
        self.counts.people_with_face = self._watch.faces_seen
        self._keep(glance.chosen)
        if self._account:
            self._account.see(frame, glance.seen, self._settings())
        while not self._asked.empty():
            worth_it = self._watch.would_serve(frame, glance.seen.people, self._settings())
            if worth_it:
                self._keep(Candidate(frame, glance.seen.people, serves=(), sharpness=0.0))
            self._asked.get().set_result(worth_it)

    def _keep(self, chosen: Candidate | None) -> None:
        """Make the picture and put it into the spool: from here on it can't be lost."""
        if chosen is None:
            return
        settings = self._settings()
        name = picture_name(settings.place, chosen.frame.captured_at, secrets.token_hex(4))
        jpeg = cut(chosen.frame, chosen.people, settings.jpeg_quality)
        self._spool.put(Parcel(name, jpeg, len(chosen.people)), spool_bounds(self._settings()))
        self.counts.pictures += 1
        self.counts.picture_bytes += len(jpeg)

    def _send_the_rest(self) -> None:
        self._forwarder.hurry()
        until = time.monotonic() + (LAST_SENDS_AT_STOP_SECONDS if self._stopping.is_set() else LAST_SENDS_SECONDS)
        waiting = self._spool.waiting
        while not self._spool.wait_empty(timeout=1.0) and time.monotonic() < until:
            if self._stopping.is_set():
                until = min(until, time.monotonic() + LAST_SENDS_AT_STOP_SECONDS)
            elif self._spool.waiting < waiting:  # storage answers: go on for as long as it does
                until = time.monotonic() + LAST_SENDS_SECONDS
            waiting = self._spool.waiting
            self._say()
        self._say()
        if self._spool.waiting and not self._stopping.is_set():
            raise PicturesLeft(
                f"{self._spool.waiting} pictures wait in the spool, as storage can't be reached "
                f"({self._forwarder.last_error}); they are sent at the next start"
            )

    def _say_of_figures(self) -> None:
        """When something that never moves is left out from now on, or is gone."""
        if self._watch.still_figures != self._still_figures:
            self._still_figures = self._watch.still_figures
            log.info("still figures left out", number=self._still_figures)

    def _say_of_the_disk(self) -> None:
        """Once, when the disk takes no more pictures, and once when it does again."""
        if self._spool.fault != self._fault:
            self._fault = self._spool.fault
            if self._fault:
                log.warning("spool in memory", reason=self._fault, hint="the disk takes nothing; see SpoolFolder")
            else:
                log.info("spool on disk again")

    def _say(self) -> None:
        self.counts.spooled, self.counts.dropped = self._spool.waiting, self._spool.dropped
        self.counts.missed = self._reader.dropped
        self.counts.say()


def spool_bounds(settings: Settings) -> Bounds:
    """What the spool may hold by these settings."""
    return Bounds(int(settings.spool_max_megabytes * 1e6), settings.spool_max_hours * 3600)
