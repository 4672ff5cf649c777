"""Works, or puts what was set aside back into work, as the arguments say."""

import argparse
import dataclasses
import json
import os
import signal
import sys
from datetime import UTC, datetime, timedelta

from function_app import log, process
from function_app.dispatch import Dispatch
from function_app.errors import FunctionAppError, SettingsInvalid
from function_app.face_client import FaceClient
from function_app.outlet import Direct, Pooled
from function_app.poison import Poison
from function_app.pool.store import PoolStore
from function_app.settings import Settings, WorkerSettings, load
from function_app.storage.container import Container
from function_app.worker.backoff import Backoff
from function_app.worker.deferrals import Deferrals
from function_app.worker.dispatcher import Dispatcher
from function_app.worker.health import HealthServer, Pulse
from function_app.worker.housekeeping import Housekeeping
from function_app.worker.loop import Loop
from function_app.worker.metrics import Metrics, Publication
from function_app.worker.report import Report
from function_app.worker.sender import Sender
from function_app.worker.task import Task
from function_app.worker.traces import TracedFaces, none, to_collector

DONE, FAILED, REFUSED = 0, 1, 2
REPORT, POOLED_REPORT = timedelta(minutes=1), timedelta(hours=1)
POOLED_METRICS_SECONDS = 15 * 60.0
"""With MIN_GROUP what the log and the metrics say is as coarse as what leaves."""


def run(arguments: argparse.Namespace) -> int:
    """Run the command; the one place where errors become an exit status."""
    process.keep_to_itself()
    log.to_stderr()
    try:
        if arguments.command == "replay-poison":
            return replay_poison(load(Settings))
        return work(load(WorkerSettings), arguments.host, arguments.port)
    except SettingsInvalid as fault:
        print(fault, file=sys.stderr)  # noqa: T201
        return REFUSED
    except FunctionAppError as fault:
        print(fault, file=sys.stderr)  # noqa: T201
        return FAILED


def work(settings: WorkerSettings, host: str, port: int) -> int:
    """Work until SIGTERM or SIGINT."""
    logger, metrics, pulse = log.get(), Metrics(), Pulse()
    backoff, deferrals = Backoff(), Deferrals()
    hands = settings.concurrency + 3  # the loop's listing, the housekeeping and the dispatcher need a connection too
    pictures, poisoned = _containers(settings, hands)
    pooled = Container.of(settings, settings.pool_container, hands)
    service, sender = FaceClient.of(settings, hands), Sender.of(settings, metrics.messages.inc)
    pool, rules = PoolStore(pooled, lambda: logger.error("pool unreadable")), settings.rules
    traces = to_collector(settings.traces_endpoint) if settings.traces_endpoint else none()
    task = Task(
        pictures=pictures,
        poison=Poison(pictures, poisoned),
        service=TracedFaces(service, traces) if settings.traces_endpoint else service,
        keys=settings.keys,
        outlet=Pooled(pool, rules, _now) if rules.pooled else Direct(sender.send),
        lease_seconds=settings.lease_seconds,
        backoff=backoff,
        deferrals=deferrals,
        metrics=metrics,
        traces=traces,
        log=logger,
        now=_now,
    )
    loop = Loop(
        pictures,
        task.run,
        concurrency=settings.concurrency,
        poll_seconds=settings.poll_seconds,
        backoff=backoff,
        deferrals=deferrals,
        pulse=pulse,
        metrics=metrics,
        log=logger,
    )
    dispatcher = Dispatcher(pooled, Dispatch(pool, rules), sender.send, metrics=metrics, log=logger, now=_now)
    report = Report(metrics, POOLED_REPORT if rules.pooled else REPORT, logger, _now())
    retention = timedelta(minutes=settings.picture_retention_minutes)
    housekeeping = Housekeeping((pictures, poisoned), retention, report, metrics=metrics, log=logger, now=_now)
    publication = Publication(metrics.registry, POOLED_METRICS_SECONDS if rules.pooled else 0.0)
    try:
        health = HealthServer(host, port, pulse, publication.text)
    except OSError as fault:
        raise SettingsInvalid(f"--port {port}: {os.strerror(fault.errno or 0)}") from None
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: loop.stop())
    for part in (sender, dispatcher, housekeeping, health):
        part.start()
    logger.info("ready", port=health.port)
    loop.run()
    housekeeping.stop()
    dispatcher.stop()
    sender.close()
    service.close()
    traces.close()
    for container in (pictures, poisoned, pooled):
        container.close()
    health.stop()
    logger.info("stopped")
    return DONE


def replay_poison(settings: Settings) -> int:
    """Put what was set aside back into work; one JSON object on stdout says how many."""
    pictures, poisoned = _containers(settings, connections=2)
    print(json.dumps(dataclasses.asdict(Poison(pictures, poisoned).replay())))  # noqa: T201
    return DONE


def _containers(settings: Settings, connections: int) -> tuple[Container, Container]:
    return (
        Container.of(settings, settings.picture_container, connections),
        Container.of(settings, settings.poison_container, connections),
    )


def _now() -> datetime:
    return datetime.now(UTC)
