"""`python -m windows`."""

import argparse
import sys

from windows import cli


def main(argv: list[str], prog: str = "python -m windows") -> int:
    """Read the command line and run: 0 done, 1 failed, 2 the caller's mistake."""
    parser = argparse.ArgumentParser(prog=prog, description=(cli.__doc__ or "").partition(": ")[2])
    cli.configure(parser)
    return cli.run(parser.parse_args(argv))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
