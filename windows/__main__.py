"""`python -m windows`."""

import argparse
import sys

from windows import arguments


def main(argv: list[str], prog: str = "python -m windows") -> int:
    """Read the command line and run: 0 done, 1 failed, 2 the caller's mistake."""
    parser = argparse.ArgumentParser(prog=prog, description=(arguments.__doc__ or "").partition(": ")[2])
    arguments.configure(parser)
    options = parser.parse_args(argv)
    from windows.cli import run  # noqa: PLC0415 - DuckDB and sqlglot load for half a second; --help needs neither

    return run(options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
