"""Whether each process lives, answers, and how much memory it and its children have for themselves."""

from collections.abc import Mapping

import httpx
import psutil

from local.errors import LocalError
from tests.soak.disturbances import SAYS_IT_IS_WELL
from tests.soak.ledger import Check, left
from tests.soak.stack import AZURITE, SoakStack

MEGABYTE = 2**20
MOST_GROWTH = 50.0


def memory(stack: SoakStack) -> dict[str, float]:
    """Megabytes (PSS) by process, those that it started included."""
    return {name: _pss(child.process.pid) / MEGABYTE for name, child in stack.named.items() if child.status is None}


def grown(first: Mapping[str, float], last: Mapping[str, float]) -> Check:
    """Of what was there at both times, in megabytes."""
    both = [name for name in first if name in last]
    return Check(
        f"nothing grew by more than {MOST_GROWTH:.0f} MB",
        all(last[name] - first[name] <= MOST_GROWTH for name in both),
        "MB: " + ", ".join(f"{name} {first[name]:.0f}→{last[name]:.0f}" for name in both),
    )


def answers(stack: SoakStack) -> Mapping[str, bool]:
    """Each process asked a question that it alone can answer; the windows query is asked to finish elsewhere."""
    return {name: _asked(stack, name) for name in stack.named if name != "windows"}


def _asked(stack: SoakStack, name: str) -> bool:
    try:
        match name:
            case _ if name in SAYS_IT_IS_WELL:
                address = f"http://127.0.0.1:{stack.port(name)}{SAYS_IT_IS_WELL[name]}"
                return httpx.get(address, timeout=10, trust_env=False).status_code == 200
            case "iot-edge" | "edge":  # it passes the question on
                with stack.twin() as twin:
                    return twin.call("status", seconds=20)[0] == 200
            case _ if name == AZURITE:
                return left(stack.direct) is not None
            case _:
                return stack.named[name].status is None  # Event Hubs: all its messages are read at the end
    except (httpx.HTTPError, LocalError, OSError):
        return False


def _pss(pid: int) -> int:
    total = 0
    try:
        process = psutil.Process(pid)
        for each in (process, *process.children(recursive=True)):
            total += each.memory_full_info().pss
    except psutil.Error:
        return total
    return total
