"""`python -m function_app.worker [--port N]` works; `… replay-poison` puts poisoned pictures back into work."""

import argparse
import dataclasses
import json
import signal
import sys
from datetime import UTC, datetime, timedelta

from function_app import log
from function_app.errors import FunctionAppError, SettingsInvalid
from function_app.face_client import FaceClient
from function_app.poison import Poison
from function_app.settings import Settings, WorkerSettings, load
from function_app.storage import Container
from function_app.worker.backoff import Backoff
from function_app.worker.deferrals import Deferrals
from function_app.worker.health import HealthServer, Pulse
from function_app.worker.housekeeping import Housekeeping
from function_app.worker.loop import Loop
from function_app.worker.metrics import Metrics
from function_app.worker.sender import EventSender
from function_app.worker.task import Task

DONE, FAILED, REFUSED = 0, 1, 2


def main(argv: list[str]) -> int:
    """Run the command; the one place where errors become an exit status."""
    arguments = _arguments(argv)
    log.to_stderr()
    try:
        if arguments.command == "replay-poison":
            return replay_poison(load(Settings))
        return work(load(WorkerSettings), arguments.host, arguments.port)
    except SettingsInvalid as fault:
        print(fault, file=sys.stderr)
        return REFUSED
    except FunctionAppError as fault:
        print(fault, file=sys.stderr)
        return FAILED


def work(settings: WorkerSettings, host: str, port: int) -> int:
    """Work until SIGTERM or SIGINT."""
    logger, metrics, pulse = log.get(), Metrics(), Pulse()
    backoff, deferrals = Backoff(), Deferrals()
    hands = settings.concurrency + 2  # the loop's listing and the housekeeping need a connection too
    pictures, poisoned = _containers(settings, hands)
    service, sender = FaceClient.of(settings, hands), EventSender.of(settings)
    task = Task(
        pictures=pictures,
        poison=Poison(pictures, poisoned),
        service=service,
        keys=settings.keys,
        sender=sender,
        lease_seconds=settings.lease_seconds,
        backoff=backoff,
        deferrals=deferrals,
        metrics=metrics,
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
    retention = timedelta(minutes=settings.picture_retention_minutes)
    housekeeping = Housekeeping((pictures, poisoned), retention, metrics, logger, _now)
    try:
        health = HealthServer(host, port, pulse, metrics.registry)
    except OSError as fault:
        raise SettingsInvalid(f"--port {port}: {fault.strerror}") from None
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: loop.stop())
    sender.start()
    housekeeping.start()
    health.start()
    logger.info("ready", port=health.port)
    loop.run()
    housekeeping.stop()
    sender.close()
    service.close()
    for container in (pictures, poisoned):
        container.close()
    health.stop()
    logger.info("stopped")
    return DONE


def replay_poison(settings: Settings) -> int:
    """Put poisoned pictures back into work; one JSON object on stdout says how many."""
    pictures, poisoned = _containers(settings, connections=2)
    print(json.dumps(dataclasses.asdict(Poison(pictures, poisoned).replay())))
    return DONE


def _containers(settings: Settings, connections: int) -> tuple[Container, Container]:
    return (
        Container.of(settings, settings.picture_container, connections),
        Container.of(settings, settings.poison_container, connections),
    )


def _now() -> datetime:
    return datetime.now(UTC)


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m function_app.worker", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="where /health and /metrics listen (default: loopback)")
    parser.add_argument(
        "--port", type=int, default=0, help="their port (default: a free one, see the log line `ready`)"
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser("replay-poison", help="put poisoned pictures back into work, then end")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
