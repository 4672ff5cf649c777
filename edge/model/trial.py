"""A model's trial, in a process of its own: a damaged file can crash a TFLite runtime, and must not take us along.

tflite-runtime 2.14 reads past the end of a file that was cut short.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence

from edge.errors import ModelRefused
from edge.gate.person_model import PersonModel
from edge.model.package import ModelPackage
from edge.model.proof import prove

MOST_SECONDS = 120
REFUSED = 3


def try_out(package: ModelPackage, objects: Sequence[str]) -> None:
    """Raises ModelRefused if the model crashes, hangs, fails, or proves wrong on a made-up picture."""
    head = json.dumps({"labels": package.labels, "objects": list(objects)}).encode() + b"\n"
    try:
        done = subprocess.run(
            [sys.executable, "-m", "edge.model.trial"],
            input=head + package.tflite,
            capture_output=True,
            timeout=MOST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ModelRefused(f"the model takes more than {MOST_SECONDS} s for a test picture") from None
    if done.returncode == REFUSED:
        raise ModelRefused(done.stdout.decode().strip())
    if done.returncode:
        raise ModelRefused("the model crashes the TFLite runtime")


def main() -> int:
    """The trial itself: the model from stdin, on stdout why it is refused."""
    head = json.loads(sys.stdin.buffer.readline())
    try:
        prove(PersonModel(sys.stdin.buffer.read(), head["labels"]), head["objects"])
    except ModelRefused as refused:
        os.write(1, str(refused).encode())
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main())
