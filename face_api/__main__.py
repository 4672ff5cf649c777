"""python -m face_api: the Face API service."""

import os
import sys

from face_api.private_process import keep_private

keep_private()  # before anything is loaded or opened

# One process for each worker is the whole parallelism; numpy's own threads would only get in each other's way.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from face_api.arguments import parser  # noqa: E402


def main(arguments: list[str]) -> int:
    """Runs the service: 0 after a signal, 2 for wrong settings."""
    options = parser().parse_args(arguments)
    from face_api import cli  # noqa: PLC0415 - the models' runtimes load for a second; --help needs none

    return cli.run(options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
