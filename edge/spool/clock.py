"""How long pictures have waited, by a clock that nobody sets: it counts on while the machine runs, across restarts."""

import json
import time
from collections.abc import Callable
from pathlib import Path

from edge.spool import disk

FILE = "clock"
SAVE_SECONDS = 60.0
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def this_boot() -> str:
    """What tells this run of the machine from others; empty if the system doesn't say."""
    try:
        return BOOT_ID.read_text().strip()
    except OSError:
        return ""


class SpoolClock:
    """Seconds since the spool's first use.

    A wall clock won't do: a device without a battery for its clock starts in 1970, or where it went off, and jumps when
    the network comes; all that waits would be too old at once. The time between two runs in one boot counts, that
    while the machine was off doesn't.
    """

    def __init__(self, folder: Path, least: float, steady: Callable[[], float] = time.monotonic) -> None:
        """folder: where its last reading is kept; least: it goes on from here at least; steady: since the boot."""
        self._file, self._steady, self._boot = folder / FILE, steady, this_boot()
        self._started = steady()
        self._reading = max(least, self._last_reading())
        self._saved = float("-inf")

    def now(self) -> float:
        """The reading."""
        return self._reading + self._steady() - self._started

    def save(self) -> None:
        """Keep the reading for the next run, at most once a minute; a power cut makes what waits a minute younger."""
        if self._steady() - self._saved < SAVE_SECONDS:
            return
        self._saved = self._steady()
        kept = {"boot": self._boot, "steady": self._saved, "reading": self.now()}
        disk.write(self._file, json.dumps(kept).encode())

    def _last_reading(self) -> float:
        try:
            kept = json.loads(disk.read(self._file) or b"{}")
            reading, steady = float(kept["reading"]), float(kept["steady"])
        except (OSError, ValueError, TypeError, KeyError):
            return 0.0
        gone = self._started - steady if self._boot and kept.get("boot") == self._boot else 0.0
        last = reading + max(0.0, gone)
        return last if 0 <= last < float("inf") else 0.0
