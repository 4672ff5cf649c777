"""The face chain and the service of today beside those of 69d6e49, taking turns on one core.

`python -m benchmarks face_api_earlier`; about two minutes. Both analyze the same photograph of three people at
1,280 × 853: templates, age, gender and emotion.
"""

import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table

from benchmarks.earlier import COMMIT, HERE, earlier_checkout
from benchmarks.face_api import client, post, sample_picture
from benchmarks.face_api_process import face_api_process
from benchmarks.timing import on_cores, timed

TURNS, PICTURES = 15, 10
CHAIN = """
import sys, time
from pathlib import Path
from benchmarks.face_api import WANTED, WEIGHTS, sample_picture
from face_api.faces.analysis import FaceAnalyzer
from face_api.pictures.decode import decode
analyzer, content = FaceAnalyzer.load(WEIGHTS), sample_picture()
for line in sys.stdin:
    started = time.process_time()
    for _ in range(int(line)):
        analyzer.analyze(decode(content).pixels, templates=True, attributes=WANTED)
    print(1000 * (time.process_time() - started) / int(line), flush=True)
"""


def main() -> None:
    """Print the table."""
    console = Console()
    cores = sorted(os.sched_getaffinity(0))[:1]
    with earlier_checkout() as before:
        if before is None:
            console.print(f"the history of this checkout does not have {COMMIT}: nothing to compare with")
            return
        with on_cores(cores):
            console.print(comparison(before))


def comparison(before: Path) -> Table:
    """Milliseconds a picture of both, and the median of the turns' ratios."""
    table = Table("one core, three faces: ms a picture, least / median", "today", COMMIT, "median ratio of the turns")
    for name, (ours, theirs) in {"chain, processor time": chains(before), "over HTTP": services(before)}.items():
        ratio = statistics.median(new / old for new, old in zip(ours, theirs, strict=True))
        table.add_row(name, least_and_median(ours), least_and_median(theirs), f"{ratio:.2f}")
    table.caption = "goals: chain at most 0.65, over HTTP at most 0.7"
    return table


def least_and_median(taken: list[float]) -> str:
    """As the other tables say it."""
    return f"{min(taken):.1f} / {statistics.median(taken):.1f}"


def chains(before: Path) -> tuple[list[float], list[float]]:
    """Milliseconds of processor time a picture, turn by turn, of the chain alone: today's and the earlier one's."""
    with ExitStack() as stack:
        both = [stack.enter_context(chain(folder)) for folder in (HERE, before)]
        turns = [[milliseconds(each) for each in both] for _ in range(TURNS + 1)]
    return [ours for ours, _ in turns[1:]], [theirs for _, theirs in turns[1:]]


@contextmanager
def chain(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """A process that runs the chain of this checkout when asked."""
    command = [sys.executable, "-c", CHAIN]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=folder, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True) as child:
        try:
            yield child
        finally:
            child.kill()


def milliseconds(child: "subprocess.Popen[str]") -> float:
    """One turn of a process."""
    assert child.stdin
    assert child.stdout
    child.stdin.write(f"{PICTURES}\n")
    child.stdin.flush()
    return float(child.stdout.readline())


def services(before: Path) -> tuple[list[float], list[float]]:
    """Milliseconds a picture, turn by turn, that a client waits who asks one at a time."""
    content = sample_picture()
    with ExitStack() as stack:
        asking = []
        for folder in (HERE, before):
            core = os.sched_getaffinity(0)
            service = stack.enter_context(face_api_process("--workers", "1", cores=core, checkout=folder))
            asking.append(stack.enter_context(client(service)))
        turns = [[least(each, content) for each in asking] for _ in range(TURNS + 1)]
    return [ours for ours, _ in turns[1:]], [theirs for _, theirs in turns[1:]]


def least(asking: httpx.Client, content: bytes) -> float:
    """The quickest of a few pictures: what the work takes when nobody else is at the core."""
    return timed({"one": lambda: post(asking, content)}, PICTURES)["one"].least


if __name__ == "__main__":
    main()
