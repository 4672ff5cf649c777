"""Beside libfaketime 0.9.10, in which clock_nanosleep(2) until a moment fails, and with it Python's own sleep."""

import select
import time


def _sleep(seconds: float) -> None:
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    select.select((), (), (), seconds)


time.sleep = _sleep  # type: ignore[assignment]
