"""One blob from lease to deletion: used, made safe at the outlet, and only then deleted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from function_app.analyze import analyze
from function_app.errors import (
    BlobAtFault,
    BlobGone,
    BlobTaken,
    FaceApiUnavailable,
    FailedAlone,
    Passing,
    PictureTooLarge,
    TrafficInvalid,
)
from function_app.faces import FaceService
from function_app.keys import AnonymizationKeys
from function_app.names import MAX_BYTES, Picture, Traffic, parse
from function_app.outlet import Outlet
from function_app.poison import Poison
from function_app.storage.container import Container
from function_app.traffic import MAX_BYTES as MAX_TRAFFIC_BYTES
from function_app.traffic import read_rows
from function_app.worker.backoff import Backoff
from function_app.worker.deferrals import Deferrals
from function_app.worker.lease import Lease
from function_app.worker.metrics import Metrics
from function_app.worker.traces import Traces

MAY_BE_THE_PICTURES = FaceApiUnavailable
"""What one picture alone may bring about: the Face API takes too long over it, or fails."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is done with each blob. Thread-safe, as all its parts are."""

    pictures: Container
    poison: Poison
    service: FaceService
    keys: AnonymizationKeys
    outlet: Outlet
    lease_seconds: int
    backoff: Backoff
    deferrals: Deferrals
    metrics: Metrics
    traces: Traces
    log: structlog.typing.FilteringBoundLogger
    now: Callable[[], datetime]

    def run(self, name: str) -> bool:
        """Deal with one blob; False when another worker had it first. Never raises for a foreseen fault."""
        try:
            with self.metrics.in_work.track_inprogress(), Lease(self.pictures.blob(name), self.lease_seconds) as lease:
                self._under(lease, name)
        except (BlobTaken, BlobGone):
            self.metrics.missed.inc()
            return False
        except BlobAtFault as fault:  # storage won't even lease it
            self._poison(name, fault, None)
        except Passing as fault:
            self._keep(name, fault)
        return True

    def _under(self, lease: Lease, name: str) -> None:
        try:
            if self.deferrals.hopeless(name):
                raise FailedAlone("the Face API failed on it again and again, and read a blank picture")
            blob = parse(name)
            if isinstance(blob, Traffic):
                self._forward(lease, blob)
            else:
                self._analyze(lease, blob)
        except BlobAtFault as fault:
            self._poison(name, fault, lease.id)
        self.deferrals.forget(name)
        if self.backoff.succeeded():
            self.log.info("outage over")

    def _analyze(self, lease: Lease, picture: Picture) -> None:
        with self.traces.picture(picture.captured_at):
            with self.traces.step("read"):
                content = lease.read()
                if content.size > MAX_BYTES:
                    raise PictureTooLarge(f"the picture has more than {MAX_BYTES} bytes")
                body = content.read()
            tally = analyze(picture, body, self.service, self.keys)
            if tally is not None:
                lease.keep()
                with self.traces.step("make safe"):
                    self.outlet.tally(picture, tally)
            capture_to_safe = (self.now() - picture.captured_at).total_seconds()
            with self.traces.step("delete"):
                lease.delete()
        self.metrics.pictures.inc()
        self.metrics.faces.inc(0 if tally is None else tally.faces)
        self.metrics.latency.observe(max(0.0, capture_to_safe))

    def _forward(self, lease: Lease, traffic: Traffic) -> None:
        content = lease.read()
        if content.size > MAX_TRAFFIC_BYTES:
            raise TrafficInvalid(f"the counts have more than {MAX_TRAFFIC_BYTES} bytes")
        self.outlet.traffic(traffic, read_rows(traffic, content.read()))
        lease.delete()
        self.metrics.traffic.inc()

    def _poison(self, name: str, fault: BlobAtFault, lease_id: str | None) -> None:
        self.poison.put(name, fault, lease_id)
        self.metrics.poisoned.labels(fault.reason).inc()
        self.log.warning("blob poisoned", reason=fault.reason)

    def _keep(self, name: str, fault: Passing) -> None:
        own = (
            isinstance(fault, MAY_BE_THE_PICTURES)
            and self.deferrals.failed_before(name)
            and self.service.reads_a_blank_picture()
        )
        self.deferrals.defer(name, own)
        if self.backoff.failed(str(fault), fault.retry_after):
            self.log.warning("outage", why=type(fault).__name__, what=str(fault))
        self.metrics.kept.labels(type(fault).__name__).inc()
