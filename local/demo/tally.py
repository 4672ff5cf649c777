"""What has happened so far, gathered from the processes' log lines and from the hub."""

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.child import LogLine

VISITS = ("new", "returning", "present", "unknown")


@dataclass(frozen=True)
class Counts:
    """One look at the tally. Latencies are milliseconds from capture to the hub's acknowledgement."""

    frames: int
    frames_with_people: int
    pictures: int
    picture_bytes: int
    spooled: int
    analyzed: int
    faces: int
    events: int
    visits: Mapping[str, int]
    latencies_ms: tuple[float, ...]


class Tally:
    """Adds up log lines and visit events; many threads may add. Holds one id an event of the run."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._edge: dict[str, int] = {}
        self._latencies: list[float] = []
        self._faces = 0
        self._events: dict[str, dict[str, Any]] = {}

    def add_log(self, line: LogLine) -> None:
        """Take what the edge and the worker say of their work; other lines don't count."""
        with self._lock:
            if (line.process, line.event) == ("edge", "counts"):
                self._edge = {key: value for key, value in line.fields.items() if isinstance(value, int)}
            elif (line.process, line.event) == ("worker", "picture done"):
                self._faces += int(line.fields["faces"])
                self._latencies.append(float(line.fields["captureToAckMs"]))

    def add_event(self, body: dict[str, Any]) -> None:
        """Take a visit event; one sent twice has the same eventId and counts once."""
        with self._lock:
            self._events[body["eventId"]] = body

    def counts(self) -> Counts:
        """How things stand now."""
        with self._lock:
            visits = Counter(event["visit"] for event in self._events.values())
            return Counts(
                frames=self._edge.get("frames", 0),
                frames_with_people=self._edge.get("framesWithPeople", 0),
                pictures=self._edge.get("pictures", 0),
                picture_bytes=self._edge.get("pictureBytes", 0),
                spooled=self._edge.get("spooled", 0),
                analyzed=len(self._latencies),
                faces=self._faces,
                events=len(self._events),
                visits={visit: visits[visit] for visit in VISITS},
                latencies_ms=tuple(self._latencies),
            )


def percentile(values: tuple[float, ...], share: float) -> float | None:
    """The nearest-rank percentile, None of nothing. `share` is within 0 … 1."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
