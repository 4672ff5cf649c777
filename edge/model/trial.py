"""A model's trial, in a process of its own: a damaged file can crash a TFLite runtime, and must not take us along.

tflite-runtime 2.14 reads past the end of a file that was cut short. The process has limits and nothing of ours in its
environment, as a model from elsewhere is half a program; but it runs as the same user, and a model that passes runs in
the module itself: take models only from those whom you would take programs from.
"""

import json
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from edge.errors import ModelRefused
from edge.gate.person_model import PersonModel
from edge.model.package import ModelPackage
from edge.model.proof import prove

MOST_SECONDS = 120
MOST_MEMORY = 1 << 30
MOST_FILES = 32
LONGEST_REASON = 300
REFUSED = 3
ROOT = Path(__file__).resolve().parents[2]
PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from edge.model.trial import main; sys.exit(main())"


def try_out(package: ModelPackage, objects: Sequence[str]) -> None:
    """Raises ModelRefused if the model crashes, hangs, fails, or proves wrong on a made-up picture."""
    head = json.dumps({"labels": package.labels, "objects": list(objects)}).encode() + b"\n"
    given = os.memfd_create("trial")
    try:
        for part in (head, package.tflite):
            _write_whole(given, part)
        os.lseek(given, 0, os.SEEK_SET)
        status, said = _run(given)
    finally:
        os.close(given)
    if status == REFUSED:
        raise ModelRefused("".join(character if character.isprintable() else " " for character in said).strip())
    if status:
        raise ModelRefused("the model crashes the TFLite runtime")


def _run(given: int) -> tuple[int, str]:
    """Status and first words of the trial of what this descriptor holds. Raises ModelRefused if it takes too long."""
    overdue = threading.Event()
    with subprocess.Popen(
        [sys.executable, "-I", "-c", PROGRAM, str(ROOT)],
        stdin=given,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
    ) as trial:

        def end() -> None:
            overdue.set()
            trial.kill()

        alarm = threading.Timer(MOST_SECONDS, end)
        alarm.start()
        try:
            assert trial.stdout  # noqa: S101 - asked for
            said = trial.stdout.read(LONGEST_REASON)
            if len(said) == LONGEST_REASON:
                trial.kill()  # who talks more than that would fill our memory
            status = trial.wait()
        finally:
            alarm.cancel()
    if overdue.is_set():
        raise ModelRefused(f"the model takes more than {MOST_SECONDS} s for a test picture")
    return status, said.decode(errors="replace")


def _write_whole(descriptor: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]


def limit() -> None:
    """Bounds for this process: memory, processor time, files, and no file or core written."""
    for what, most in (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_CPU, MOST_SECONDS),
        (resource.RLIMIT_NOFILE, MOST_FILES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def main() -> int:
    """The trial itself: the model from stdin, on stdout why it is refused."""
    limit()
    head = json.loads(sys.stdin.buffer.readline())
    try:
        prove(PersonModel(sys.stdin.buffer.read(), head["labels"]), head["objects"])
    except ModelRefused as refused:
        os.write(1, str(refused).encode())
        return REFUSED
    return 0
