"""What has happened so far, gathered from the edge module's log lines, the services' metrics and the hub."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.child import LogLine
from local.demo.meters import Meters
from local.health import Camera

VISITS = ("new", "returning", "present", "unknown")
TALLY = "footfall.tally/1"


@dataclass(frozen=True)
class Counts:
    """One look at the progress.

    `messages` are those that came off the hub, each id once; `acknowledged` those the worker knows to have arrived.
    `visitors` are the tallies'; `crossings` (in, out) and `stays` the traffic rows'. Latencies: milliseconds from the
    capture to the hub's acknowledgement. `camera_lost`: why the camera is away now; None: it is on.
    """

    frames: int
    frames_with_people: int
    people: int
    people_with_face: int
    pictures: int
    picture_bytes: int
    spooled: int
    analyzed: int
    faces: int
    acknowledged: int
    messages: int
    tallies: int
    tallied_faces: int
    visitors: int
    crossings: tuple[int, int]
    stays: int
    visits: Mapping[str, int]
    latency_p50: float | None
    latency_p95: float | None
    camera_lost: str | None


class Progress:
    """Adds up; many threads may add. Holds one message an id of the run."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._edge: dict[str, int] = {}
        self._camera_lost: str | None = None
        self._meters = Meters()
        self._messages: dict[str, dict[str, Any]] = {}

    def add_log(self, line: LogLine) -> None:
        """Take what the edge says of its work and its camera; other lines don't count."""
        if line.process != "edge":
            return
        with self._lock:
            if line.event == "camera lost":
                self._camera_lost = str(line.fields.get("reason", "lost"))
            elif line.event == "camera on":
                self._camera_lost = None
            elif line.event == "counts":
                self._edge = {key: value for key, value in line.fields.items() if isinstance(value, int)}

    def camera_ended(self, reason: str) -> None:
        """The camera module itself has ended; it shows nothing until it says that its camera is on."""
        with self._lock:
            self._camera_lost = reason

    def camera(self) -> Camera:
        """For the health strip."""
        with self._lock:
            return Camera(self._edge.get("spooled", 0), self._camera_lost is not None)

    def add_meters(self, meters: Meters) -> None:
        """Take what the services' meters show now."""
        with self._lock:
            self._meters = meters

    def add_message(self, body: dict[str, Any]) -> None:
        """Take a message off the hub; one sent twice has the same tallyId and counts once."""
        with self._lock:
            self._messages[body["tallyId"]] = body

    def counts(self) -> Counts:
        """How things stand now."""
        with self._lock:
            tallies = [body for body in self._messages.values() if body["schema"] == TALLY]
            rows = [body for body in self._messages.values() if body["schema"] != TALLY]
            meters = self._meters
            return Counts(
                frames=self._edge.get("frames", 0),
                frames_with_people=self._edge.get("framesWithPeople", 0),
                people=self._edge.get("people", 0),
                people_with_face=self._edge.get("peopleWithFace", 0),
                pictures=self._edge.get("pictures", 0),
                picture_bytes=self._edge.get("pictureBytes", 0),
                spooled=self._edge.get("spooled", 0),
                analyzed=meters.analyzed,
                faces=meters.faces,
                acknowledged=meters.acknowledged,
                messages=len(self._messages),
                tallies=len(tallies),
                tallied_faces=_sum(tallies, "faces"),
                visitors=_sum(tallies, "visitors"),
                crossings=(_sum(rows, "countIn"), _sum(rows, "countOut")),
                stays=_sum(rows, "stays"),
                visits={visit: meters.visits.get(visit, 0) for visit in VISITS},
                latency_p50=meters.latency(0.5),
                latency_p95=meters.latency(0.95),
                camera_lost=self._camera_lost,
            )


def _sum(bodies: list[dict[str, Any]], name: str) -> int:
    return sum(body.get(name, 0) for body in bodies)
