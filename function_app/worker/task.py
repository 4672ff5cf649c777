"""One picture from lease to deletion: analyzed, sent, acknowledged, and only then deleted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from function_app.analyze import analyze
from function_app.errors import Passing, PictureError, PictureGone, PictureTaken, PictureTooLarge
from function_app.faces import FaceService
from function_app.keys import AnonymizationKeys
from function_app.pictures import MAX_BYTES, Picture
from function_app.poison import Poison
from function_app.storage import Container
from function_app.worker.backoff import Backoff
from function_app.worker.deferrals import Deferrals
from function_app.worker.lease import Lease
from function_app.worker.metrics import Metrics
from function_app.worker.sender import EventSender


@dataclass(frozen=True, slots=True)
class Task:
    """What is done with each picture. Thread-safe, as all its parts are."""

    pictures: Container
    poison: Poison
    service: FaceService
    keys: AnonymizationKeys
    sender: EventSender
    lease_seconds: int
    backoff: Backoff
    deferrals: Deferrals
    metrics: Metrics
    log: structlog.typing.FilteringBoundLogger
    now: Callable[[], datetime]

    def run(self, name: str) -> bool:
        """Deal with one picture; False when another worker had it first. Never raises for a foreseen fault."""
        try:
            with self.metrics.in_work.track_inprogress(), Lease(self.pictures.blob(name), self.lease_seconds) as lease:
                self._under(lease, name)
        except (PictureTaken, PictureGone):
            self.metrics.missed.inc()
            return False
        except Passing as fault:
            self._keep(name, fault)
        return True

    def _under(self, lease: Lease, name: str) -> None:
        try:
            self._analyze_and_send(lease, Picture.named(name))
        except PictureError as fault:
            self.poison.put(name, fault, lease.id)
            self.metrics.poisoned.labels(fault.reason).inc()
            self.log.warning("picture poisoned", reason=fault.reason)
        self.deferrals.forget(name)
        self.backoff.succeeded()

    def _analyze_and_send(self, lease: Lease, picture: Picture) -> None:
        content = lease.read()
        if content.size > MAX_BYTES:
            raise PictureTooLarge(f"the picture has more than {MAX_BYTES} bytes")
        events = analyze(picture, content.read(), self.service, self.keys)
        if events:
            lease.keep()
            self.sender.send(picture.place, events)
        capture_to_ack = (self.now() - picture.captured_at).total_seconds()
        lease.delete()
        self.metrics.done.inc()
        self.metrics.events.inc(len(events))
        self.metrics.latency.observe(max(0.0, capture_to_ack))
        self.log.info("picture done", faces=len(events), captureToAckMs=round(capture_to_ack * 1000))

    def _keep(self, name: str, fault: Passing) -> None:
        self.deferrals.defer(name)
        self.backoff.failed(str(fault), fault.retry_after)
        self.metrics.kept.labels(type(fault).__name__).inc()
        self.log.warning("picture kept", why=type(fault).__name__, what=str(fault))
