"""`python -m dashboard`, and `python -m dashboard report`."""

import argparse
import sys

from dashboard import cli, report_cli
from dashboard.private_process import keep_private


def main(argv: list[str], prog: str = "python -m dashboard") -> int:
    """Read the command line and run: 0 done, 1 failed, 2 the caller's mistake."""
    keep_private()
    is_report = argv[:1] == ["report"]
    summary = (cli.__doc__ or "").partition(": ")[2]
    parser = argparse.ArgumentParser(
        prog=f"{prog} report" if is_report else prog,
        description=report_cli.__doc__ if is_report else f"{summary} For a document: {prog} report.",
        allow_abbrev=False,
    )
    if is_report:
        report_cli.configure(parser)
        return report_cli.run(parser.parse_args(argv[1:]))
    cli.configure(parser)
    return cli.run(parser.parse_args(argv))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
