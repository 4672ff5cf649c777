"""Sends what may leave the pools: one worker of many at a time, as long as it holds the lease."""

import threading
from collections.abc import Callable
from datetime import datetime

import structlog

from function_app.dispatch import Dispatch, Parcel
from function_app.errors import BlobChanged, BlobGone, BlobTaken, FunctionAppError
from function_app.outlet import Send
from function_app.storage.container import Container
from function_app.worker.lease import Lease
from function_app.worker.metrics import Metrics

LOCK = "dispatcher"
LEASE_SECONDS = 30
ANOTHER_LOOK_SECONDS = 5.0
EVERY_SECONDS = 1.0


class Dispatcher:
    """Looks once a second until stopped. What is sent twice, as after a kill, has the same id."""

    def __init__(
        self,
        container: Container,
        dispatch: Dispatch,
        send: Send,
        *,
        metrics: Metrics,
        log: structlog.typing.FilteringBoundLogger,
        now: Callable[[], datetime],
    ) -> None:
        self._container, self._dispatch, self._send = container, dispatch, send
        self._metrics, self._log, self._now = metrics, log, now
        self._failing = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="dispatcher", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the message under way."""
        self._stop.set()
        self._thread.join(2 * LEASE_SECONDS)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._while_leader()
            except BlobGone:
                self._make_lock()
            except BlobTaken:
                self._stop.wait(ANOTHER_LOOK_SECONDS)
            except FunctionAppError as fault:
                self._say(fault)
                self._stop.wait(ANOTHER_LOOK_SECONDS)
            except Exception as fault:  # noqa: BLE001 (of ours: without this thread nothing would ever leave)
                self._log.error("fault", kind=type(fault).__name__)
                self._stop.wait(ANOTHER_LOOK_SECONDS)

    def _while_leader(self) -> None:
        with Lease(self._container.blob(LOCK), LEASE_SECONDS) as lease:
            while not self._stop.is_set():
                for parcel in self._dispatch.waiting(self._now()):
                    self._deliver(parcel)
                    lease.keep()
                    if self._stop.is_set():
                        return
                self._well()
                self._stop.wait(EVERY_SECONDS)
                lease.keep()

    def _deliver(self, parcel: Parcel) -> None:
        if parcel.dropped:
            self._metrics.dropped.inc(parcel.dropped)
        if parcel.messages:
            self._send(parcel.place, [message.body for message in parcel.messages])
            self._dispatch.acknowledged(parcel.place, parcel.messages)

    def _make_lock(self) -> None:
        try:
            self._container.replace(LOCK, b"", {}, None)
        except BlobChanged:
            return  # another worker made it
        except FunctionAppError as fault:
            self._say(fault)
            self._stop.wait(ANOTHER_LOOK_SECONDS)

    def _say(self, fault: FunctionAppError) -> None:
        if not self._failing:
            self._log.warning("outage", why=type(fault).__name__, what=str(fault))
        self._failing = True

    def _well(self) -> None:
        if self._failing:
            self._log.info("outage over")
        self._failing = False
