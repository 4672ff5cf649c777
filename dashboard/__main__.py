"""`python -m dashboard`, and `python -m dashboard report`."""

import argparse
import sys

from dashboard import arguments
from dashboard.private_process import keep_private

PAGE = "Serve the live page over the windows' rows."
REPORT = "Write a day, week, month or any days as a document to print, HTML or PDF."


def main(argv: list[str], prog: str = "python -m dashboard") -> int:
    """Read the command line and run: 0 done, 1 failed, 2 the caller's mistake."""
    keep_private()
    if argv[:1] == ["report"]:
        parser = argparse.ArgumentParser(prog=f"{prog} report", description=REPORT, allow_abbrev=False)
        arguments.of_report(parser)
        options = parser.parse_args(argv[1:])
        from dashboard import report_cli  # noqa: PLC0415 - DuckDB loads for half a second; --help doesn't need it

        return report_cli.run(options)
    parser = argparse.ArgumentParser(
        prog=prog, description=f"{PAGE} For a document: {prog} report.", allow_abbrev=False
    )
    arguments.of_page(parser)
    options = parser.parse_args(argv)
    from dashboard import cli  # noqa: PLC0415 - nor the server

    return cli.run(options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
