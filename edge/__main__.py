"""`python -m edge`."""

import os
import sys

from edge.private_process import keep_private

keep_private()

from edge.arguments import parser  # noqa: E402 - nothing is loaded before the process is private


def keep_stderr_to_ourselves() -> None:
    """Native libraries (TFLite, FFmpeg) write to stderr past Python, some of it with addresses: send that nowhere."""
    ours = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    sys.stderr = os.fdopen(ours, "w", buffering=1)


def main(argv: list[str], prog: str = "python -m edge") -> int:
    """Do what argv says: 0 done, 1 a fault, 2 the caller's mistake."""
    keep_stderr_to_ourselves()
    options = parser(prog).parse_args(argv)
    from edge import cli  # noqa: PLC0415 - models and SDK load for a second; --help needs neither

    return cli.run(options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
