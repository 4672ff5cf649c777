"""After the faults: waiting for as long as anything is worked off, whatever the machine has to do besides."""

import time
from collections import Counter
from collections.abc import Callable, Mapping

from local.errors import LocalError
from local.twin.service import TwinService
from tests.soak import ledger, vitals
from tests.soak.stack import SoakStack

PATIENCE_SECONDS = 90.0
"""Longer than any pause of a worker or a camera after failures."""
SAY_SECONDS = 10.0


def drained(stack: SoakStack, go_on: Callable[[float], None], tell: Callable[[str], None]) -> bool:
    """Whether all blobs are dealt with; False once for PATIENCE_SECONDS not one of them was. go_on: for so long."""
    least = len(ledger.left(stack.direct))
    said, until = time.monotonic(), time.monotonic() + PATIENCE_SECONDS
    while least:
        go_on(0.5)
        left = len(ledger.left(stack.direct))
        if left < least:
            least, until = left, time.monotonic() + PATIENCE_SECONDS
        if time.monotonic() > until:
            return False
        if time.monotonic() > said + SAY_SECONDS:
            said = time.monotonic()
            tell(f"{left} blobs left; the workers' last outages: {_outages(stack)}")
    return True


def answered(stack: SoakStack, go_on: Callable[[float], None]) -> Mapping[str, bool]:
    """Asked again for a while: a camera module whose film is over is just starting anew."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not all((answers := vitals.answers(stack)).values()) and time.monotonic() < until:
        go_on(0.5)
    return answers


def reached(open_it: Callable[[], TwinService], go_on: Callable[[float], None]) -> TwinService:
    """What opens a service that may just be starting anew. Raises LocalError if it stays away."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return open_it()
        except LocalError:
            if time.monotonic() > until:
                raise
            go_on(0.5)


def _outages(stack: SoakStack) -> str:
    lately = [line for line in stack.logs.lines if line.event == "outage"][-20:]
    return ", ".join(f"{number} {why}" for why, number in Counter(line.fields.get("why") for line in lately).items())
