"""`python -m edge`."""

import os
import sys

from edge.cli import main


def keep_stderr_to_ourselves() -> None:
    """Native libraries (TFLite, FFmpeg) write to stderr past Python, some of it with addresses: send that nowhere."""
    ours = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    sys.stderr = os.fdopen(ours, "w", buffering=1)


if __name__ == "__main__":
    keep_stderr_to_ourselves()
    sys.exit(main(sys.argv[1:]))
