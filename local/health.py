"""The health strip's facts, written for the dashboard: what is spooled, what waits, how far behind."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from azure.core.exceptions import AzureError
from azure.storage.blob import ContainerClient

EVERY_SECONDS = 1.0


@dataclass(frozen=True)
class Waiting:
    """Pictures that nobody has analyzed yet: how many, and when the oldest came."""

    pictures: int
    oldest: datetime | None

    def lag_seconds(self, now: datetime) -> float:
        """How far analysis is behind the camera."""
        return max(0.0, (now - self.oldest).total_seconds()) if self.oldest else 0.0


def waiting_in(container: ContainerClient) -> Waiting:
    """Look at the container. Raises AzureError."""
    arrivals = [blob.creation_time for blob in container.list_blobs() if blob.creation_time]
    return Waiting(len(arrivals), min(arrivals, default=None))


@dataclass(frozen=True)
class Camera:
    """The camera module's state: pictures in its spool, and whether it shows nothing now."""

    spooled: int
    away: bool


class HealthReporter:
    """Rewrites `file` each second with what `camera` answers and what the container holds."""

    def __init__(self, file: Path, container: ContainerClient, camera: Callable[[], "Camera"]) -> None:
        self._file, self._container, self._camera = file, container, camera
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "HealthReporter":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(10)
        self._container.close()

    def _run(self) -> None:
        while not self._ended.wait(EVERY_SECONDS):
            try:
                self._write(waiting_in(self._container), datetime.now(UTC))
            except (AzureError, OSError):
                continue  # the page shows a stale report as unknown; a disk that is full may not stay so

    def _write(self, waiting: Waiting, now: datetime) -> None:
        camera = self._camera()
        report = {
            "spooled": camera.spooled,
            "camerasAway": int(camera.away),
            "picturesWaiting": waiting.pictures,
            "lagSeconds": round(waiting.lag_seconds(now), 1),
            "at": now.isoformat(timespec="seconds").replace("+00:00", "Z"),
        }
        draft = self._file.with_suffix(".new")
        draft.write_text(json.dumps(report))
        draft.replace(self._file)
