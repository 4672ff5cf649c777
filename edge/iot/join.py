"""Joining IoT Edge at start: the module needs its twin before it can work."""

import threading

import structlog
from pydantic import JsonValue

from edge.iot.client import EdgeHub, HubUnreachable

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0

log = structlog.get_logger()


def join(stopping: threading.Event) -> tuple[EdgeHub, dict[str, JsonValue]] | None:
    """The connected hub and the twin's desired properties; None if told to stop before the hub answered."""
    pause = FIRST_PAUSE
    while not stopping.is_set():
        try:
            hub = EdgeHub()
            hub.connect()
            return hub, hub.desired()
        except HubUnreachable as unreachable:
            log.warning("hub unreachable", reason=str(unreachable), retryInSeconds=pause)
            stopping.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
    return None
