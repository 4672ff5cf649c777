"""The worker's loop: list, choose, hand out; pause when something behind is down; stop between pictures."""

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

import structlog

from function_app.errors import StorageUnavailable
from function_app.storage.container import Container
from function_app.storage.listing import Stored
from function_app.worker.backoff import Backoff
from function_app.worker.deferrals import Deferrals
from function_app.worker.health import Pulse
from function_app.worker.metrics import Metrics
from function_app.worker.turns import camera_of, has_its_share, in_turns

PAGE_SIZE = 250
MOST_CAMERAS, EACH_CAMERA = 200, 25
"""While more than a page waits: of how many cameras, chosen anew each time, how many blobs are looked at."""
LOOK_AGAIN_SECONDS = 1.0
"""And after how long again: who has just come gets a turn."""
STALE_AFTER_MISSES = 3


class Loop:
    """Hands pictures to `deal_with` in `concurrency` threads, one of each camera in turn, each camera's oldest first.

    When other workers are about, each begins a camera's at a place of its own, so that they seldom reach for the same
    picture; a look at which STALE_AFTER_MISSES pictures were gone or taken is listed anew.
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
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pictures, self._deal_with = pictures, deal_with
        self._concurrency, self._poll_seconds = concurrency, poll_seconds
        self._backoff, self._deferrals, self._pulse, self._metrics = backoff, deferrals, pulse, metrics
        self._log, self._choose, self._clock = log, choose, clock
        self._lock = threading.Condition()
        self._in_work: set[str] = set()
        self._misses = 0
        self._others = self._backlog = False
        self._stop = threading.Event()

    def stop(self) -> None:
        """Take no further picture; those in work are finished."""
        self._stop.set()
        with self._lock:
            self._lock.notify_all()

    def run(self) -> None:
        """Work until stopped. Answers when every picture in work is done or given back."""
        blind = False
        with ThreadPoolExecutor(self._concurrency, thread_name_prefix="picture") as threads:
            while not self._stop.is_set():
                self._wait_out_pause()
                if not self._wait_for_a_free_hand():
                    break
                try:
                    blobs = self._look()
                except StorageUnavailable as fault:
                    blind = True
                    if self._backoff.failed(str(fault)):
                        self._log.warning("outage", why=type(fault).__name__, what=str(fault))
                    continue
                if blind and self._backoff.succeeded():  # also where no picture waits that could succeed
                    self._log.info("outage over")
                blind = False
                self._pulse.beat(self._backoff.reason)
                if not self._hand_out(self._in_order(blobs), threads):
                    self._stop.wait(self._poll_seconds)

    def _look(self) -> Sequence[Stored]:
        """What waits; while more than a page does, the oldest of each camera."""
        if not self._backlog:
            page = self._pictures.page(PAGE_SIZE)
            if page.next is None:
                self._crowded(0)
                return page.blobs
        cameras: list[str] = []
        stores, blobs = self._pictures.branches()
        for store in stores:
            found, more = self._pictures.branches(store)
            cameras += found
            blobs += more
        begin = self._choose(len(cameras)) if len(cameras) > MOST_CAMERAS else 0
        each = EACH_CAMERA if len(cameras) > 1 else PAGE_SIZE
        crowded = 0
        for camera in (cameras[begin:] + cameras[:begin])[:MOST_CAMERAS]:
            its = self._pictures.page(each, under=camera)
            blobs += its.blobs
            crowded += its.next is not None
        self._backlog = crowded > 0
        self._crowded(crowded)
        return blobs

    def _crowded(self, cameras: int) -> None:
        if bool(cameras) != bool(self._pulse.crowded):
            self._log.warning("crowded", cameras=cameras) if cameras else self._log.info("crowded no more")
        self._pulse.crowded = cameras
        self._metrics.crowded.set(cameras)

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
        shared, self._others = others or self._others, others
        return in_turns(names, self._choose) if shared else in_turns(names)

    def _hand_out(self, names: Sequence[str], threads: ThreadPoolExecutor) -> bool:
        """Whether anything was taken. Ends early when others took these, or when it is time to look again."""
        taken = False
        self._misses = 0
        several = len({camera_of(name) for name in names}) > 1
        until = self._clock() + LOOK_AGAIN_SECONDS
        waiting = deque(names)
        while waiting and self._wait_for_a_free_hand() and not self._backoff.seconds_left:
            if self._misses >= STALE_AFTER_MISSES:
                self._others = True
                return True
            if taken and len(waiting) > self._concurrency and self._clock() > until:
                return True
            name = waiting.popleft()
            with self._lock:
                if several and has_its_share(name, self._in_work, self._concurrency):
                    waiting.append(name)
                    self._lock.wait(0.01)
                    continue
                self._in_work.add(name)
            threads.submit(self._work, name)
            taken = True
        return taken

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
            self._deferrals.defer(name, its_own_fault=True)
            self._log.error("fault", kind=type(fault).__name__)
        finally:
            with self._lock:
                self._in_work.discard(name)
                self._misses += not had
                self._lock.notify_all()


def _by_age(blob: Stored) -> tuple[object, str]:
    """Oldest first: by when it was stored, which has whole seconds, then by the capture time its name ends with."""
    return blob.stored_at, blob.name.rpartition("/")[2]
