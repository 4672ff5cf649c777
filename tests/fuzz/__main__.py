"""python -m tests.fuzz TARGET SEED SECONDS: one reader in a process of its own, on a leash of memory and time.

Prints one JSON line: `cases`, `refused`, `slowest` (seconds of the processor), `megabytes` (how much memory it ever
took beyond what it had after the first good inputs), `faults` (the first errors that were not declared).
"""

import json
import logging
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
import warnings
from pathlib import Path

from tests.fuzz.mutate import mutated
from tests.fuzz.targets import TARGETS, Target

HANG_SECONDS = 5.0
MOST_FAULTS = 3
MEGABYTE = 2**20
ROOM_MEGABYTES = 600
"""Of address space beyond the bound: threads' stacks and allocators reserve what they never touch."""


class Hang(BaseException):
    """One input took HANG_SECONDS of the processor."""


def fuzz(target: Target, seed: int, seconds: float) -> dict[str, object]:
    """As many inputs as go into so many seconds of the processor, or three times as many of the clock; at least 50."""
    chance = random.Random(seed)  # noqa: S311
    for good in target.corpus:
        _asked(target, good)
    at_rest = _peak()
    _limit_memory(target.megabytes + ROOM_MEGABYTES)
    cases = refused = 0
    slowest = 0.0
    faults: list[str] = []
    until, latest = time.process_time() + seconds, time.monotonic() + 3 * seconds  # some readers wait, as for a peer
    while ((time.process_time() < until and time.monotonic() < latest) or cases < 50) and len(faults) < MOST_FAULTS:
        content = mutated(target.corpus, target.words, chance)
        begin = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, HANG_SECONDS)
        try:
            refused += _asked(target, content)
        except BaseException as error:  # noqa: BLE001 - what was not declared is what is looked for
            last = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{Path(last.filename).name}:{last.lineno}"
            faults.append(f"case {cases}: {type(error).__name__} at {where}, input {content[:60].hex()}")
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        slowest = max(slowest, time.process_time() - begin)
        cases += 1
    more = _peak() - at_rest
    return {
        "cases": cases,
        "refused": refused,
        "slowest": round(slowest, 2),
        "megabytes": round(more),
        "faults": faults,
    }


def _asked(target: Target, content: bytes) -> bool:
    try:
        target.ask(content)
    except target.declared:
        return True
    return False


def _peak() -> float:
    """The most memory that this process has had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _limit_memory(megabytes: float) -> None:
    now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    most = now + int(megabytes * MEGABYTE)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _hang(*_: object) -> None:
    raise Hang


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    logging.disable()
    signal.signal(signal.SIGPROF, _hang)
    name, number, length = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="footfall-fuzz-") as folder:
        sys.stdout.write(json.dumps(fuzz(TARGETS[name](Path(folder)), int(number), float(length))) + "\n")
