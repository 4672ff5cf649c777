"""The worker's loop: list, choose, hand out; pause when something behind is down; stop between pictures."""

import random
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

import structlog

from function_app.errors import StorageUnavailable
from function_app.storage import Container, Stored
from function_app.worker.backoff import Backoff
from function_app.worker.deferrals import Deferrals
from function_app.worker.health import Pulse
from function_app.worker.metrics import Metrics

PAGE_SIZE = 250
STALE_AFTER_MISSES = 3


class Loop:
    """Hands pictures to `deal_with` in `concurrency` threads, oldest first within a page.

    When other workers are about, each begins a page at a place of its own, so that they seldom reach for the same
    picture; a page on which STALE_AFTER_MISSES pictures were gone or taken is listed anew.
    """

    def __init__(
        self,
        pictures: Container,
        deal_with: Callable[[str], bool],
        *,
        concurrency: int,
        poll_seconds: float,
        backoff: Backoff,
        deferrals: Deferrals,
        pulse: Pulse,
        metrics: Metrics,
        log: structlog.typing.FilteringBoundLogger,
        choose: Callable[[int], int] = random.randrange,
    ) -> None:
        self._pictures, self._deal_with = pictures, deal_with
        self._concurrency, self._poll_seconds = concurrency, poll_seconds
        self._backoff, self._deferrals, self._pulse, self._metrics = backoff, deferrals, pulse, metrics
        self._log, self._choose = log, choose
        self._lock = threading.Condition()
        self._in_work: set[str] = set()
        self._misses = 0
        self._others = False
        self._stop = threading.Event()

    def stop(self) -> None:
        """Take no further picture; those in work are finished."""
        self._stop.set()
        with self._lock:
            self._lock.notify_all()

    def run(self) -> None:
        """Work until stopped. Answers when every picture in work is done or given back."""
        begin: str | None = None
        found = False
        with ThreadPoolExecutor(self._concurrency, thread_name_prefix="picture") as threads:
            while not self._stop.is_set():
                self._wait_out_pause()
                if not self._wait_for_a_free_hand():
                    break
                try:
                    page = self._pictures.page(PAGE_SIZE, begin)
                except StorageUnavailable as fault:
                    self._backoff.failed(str(fault))
                    self._log.warning("storage unavailable", what=str(fault))
                    continue
                self._pulse.beat(self._backoff.reason)
                stale, taken = self._hand_out(self._in_order(page.blobs), threads)
                found = found or taken
                if stale:
                    continue
                begin = page.next
                if begin is None:
                    if not found:
                        self._stop.wait(self._poll_seconds)
                    found = False

    def _in_order(self, blobs: Iterable[Stored]) -> list[str]:
        names, others = [], False
        with self._lock:
            ours = set(self._in_work)
        for blob in sorted(blobs, key=_by_age):
            if blob.name in ours or self._deferrals.waiting(blob.name):
                continue
            if blob.leased:
                others = True
            else:
                names.append(blob.name)
        if (others or self._others) and names:
            first = self._choose(len(names))
            names = names[first:] + names[:first]
        self._others = others
        return names

    def _hand_out(self, names: Iterable[str], threads: ThreadPoolExecutor) -> tuple[bool, bool]:
        """Whether the page turned out stale, and whether anything was taken from it."""
        taken = False
        self._misses = 0
        for name in names:
            if not self._wait_for_a_free_hand() or self._backoff.seconds_left:
                break
            if self._misses >= STALE_AFTER_MISSES:
                self._others = True
                return True, taken
            with self._lock:
                self._in_work.add(name)
            threads.submit(self._work, name)
            taken = True
        return False, taken

    def _wait_for_a_free_hand(self) -> bool:
        """False when stopped. After a failure one picture at a time is tried."""
        with self._lock:
            while not self._stop.is_set():
                hands = 1 if self._backoff.failing else self._concurrency
                if len(self._in_work) < hands:
                    return True
                self._lock.wait(1.0)
                self._pulse.beat(self._backoff.reason)
        return False

    def _wait_out_pause(self) -> None:
        while (left := self._backoff.seconds_left) and not self._stop.is_set():
            self._metrics.pause.set(left)
            self._pulse.beat(self._backoff.reason)
            self._stop.wait(min(left, 1.0))
        self._metrics.pause.set(0)

    def _work(self, name: str) -> None:
        had = True
        try:
            had = self._deal_with(name)
        except Exception as fault:  # noqa: BLE001 (a fault of ours in one picture must not end the worker)
            self._deferrals.defer(name)
            self._log.error("fault", kind=type(fault).__name__)
        finally:
            with self._lock:
                self._in_work.discard(name)
                self._misses += not had
                self._lock.notify_all()


def _by_age(blob: Stored) -> tuple[object, str]:
    """Oldest first: by when it was stored, which has whole seconds, then by the capture time its name ends with."""
    return blob.stored_at, blob.name.rpartition("/")[2]
