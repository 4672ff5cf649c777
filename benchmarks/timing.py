"""How long calls take on a machine that others use too, who at times halve its clock for seconds on end."""

import os
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds. least: what the work itself takes; median: what it took, with all that others did meanwhile."""

    least: float
    median: float

    def __str__(self) -> str:
        """Least / median."""
        return f"{self.least:.1f} / {self.median:.1f}"

    @classmethod
    def none(cls) -> "Timing":
        """What nothing takes: where sums start."""
        return cls(0.0, 0.0)

    def __add__(self, other: "Timing") -> "Timing":
        """One after the other."""
        return Timing(self.least + other.least, self.median + other.median)

    def times(self, count: int) -> "Timing":
        """So many in a row."""
        return Timing(self.least * count, self.median * count)


@dataclass(frozen=True, slots=True)
class Seconds:
    """What one run takes: by the clock, and of the processors' time."""

    clock: float
    processor: float


def medians(runs: Sequence[Seconds]) -> Seconds:
    """The median of each."""
    return Seconds(statistics.median(run.clock for run in runs), statistics.median(run.processor for run in runs))


def timed(works: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, Timing]:
    """How long each takes. They take turns, so that a slow second falls on all alike; a first round is not counted."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds + 1):
        for name, work in works.items():
            start = time.perf_counter()
            work()
            taken[name].append(1000 * (time.perf_counter() - start))
    return {name: Timing(min(times[1:]), statistics.median(times[1:])) for name, times in taken.items()}


@contextmanager
def on_cores(cores: Sequence[int]) -> Iterator[None]:
    """Keeps this thread, and threads that it starts, on these cores."""
    everywhere = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, everywhere)
