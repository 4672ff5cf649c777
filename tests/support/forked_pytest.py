"""Runs of pytest in turn, each forked off a process that has loaded pytest and the fixtures' libraries once.

    python -m tests.support.forked_pytest

In: a line with pytest's arguments, as JSON. Out: a line `{"status", "said"}`. What is to be tested is loaded by the
fork, so it may change between two runs.
"""

import contextlib
import json
import os
import sys
import tempfile
from typing import NoReturn

import pytest

LEAST = "tests/test_running.py"
"""Its collecting loads the fixtures' libraries, and nothing of a room that a test would look at."""


def main() -> None:
    """Answer until stdin ends."""
    with contextlib.redirect_stdout(sys.stderr):
        pytest.main(["-q", "-p", "no:cacheprovider", "--collect-only", LEAST])
    for line in sys.stdin:
        with tempfile.TemporaryFile("w+") as output:
            process = os.fork()
            if not process:
                _run(json.loads(line), output.fileno())
            _, status = os.waitpid(process, 0)
            output.seek(0)
            print(json.dumps({"status": os.waitstatus_to_exitcode(status), "said": output.read()}), flush=True)  # noqa: T201


def _run(arguments: list[str], output: int) -> NoReturn:
    """Run pytest, then end at once: nothing of what this process would do at its end is the fork's."""
    os.dup2(output, 1)
    os.dup2(output, 2)
    status = 1
    try:
        status = int(pytest.main(arguments))
        sys.stdout.flush()
    finally:
        os._exit(status)


if __name__ == "__main__":
    main()
