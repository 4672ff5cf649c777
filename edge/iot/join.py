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
            return hub, _desired(hub)
        except HubUnreachable as unreachable:
            log.warning("hub unreachable", reason=str(unreachable), retryInSeconds=pause)
            stopping.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
    return None


def _desired(hub: EdgeHub) -> dict[str, JsonValue]:
    """A client that didn't get there is closed: left alone it would go on trying from threads of its own."""
    try:
        hub.connect()
        return hub.desired()
    except HubUnreachable:
        hub.close()
        raise
