"""python -m tests.soak: exit status 0 if all held, 1 if anything did not."""

import argparse
import os
import sys

from local.errors import LocalError
from tests.soak.report import table
from tests.soak.run import Plan, soak

_ABOUT = """\
Starts the whole stack (storage, Event Hubs, Face API, two workers, window query, dashboard, IoT Edge with a camera
module), and does to it what bad days do, at random: kill -9, storage and the Face API refusing, slow or silent,
pictures that are bombs, blobs, events and twin patches of any content, clocks that step, a thousand idle connections.
Then it lets all calm down and holds every picture and count to account.
"""


def main(argv: list[str]) -> int:
    """Run it and print what was done and what held."""
    os.umask(0o077)
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=_ABOUT)
    parser.add_argument(
        "--minutes", type=float, default=2.0, metavar="M", help="how long in all (default 2; least 1.5)"
    )
    parser.add_argument(
        "--seed", type=int, default=1, help="of all chance (default 1); what processes do in time isn't"
    )
    parser.add_argument(
        "--a-second", type=float, default=1.5, metavar="N", help="blobs that cameras store (default 1.5)"
    )
    parser.add_argument("--quiet", action="store_true", help="print the tables only")
    arguments = parser.parse_args(argv)
    if not 1.5 <= arguments.minutes <= 24 * 60 or not 0.1 <= arguments.a_second <= 100:
        parser.error("--minutes is 1.5 to 1440, --a-second 0.1 to 100")
    plan = Plan(arguments.minutes * 60, arguments.seed, arguments.a_second)
    try:
        outcome = soak(plan, (lambda _: None) if arguments.quiet else lambda line: print(line, flush=True))
    except LocalError as error:
        print(f"soak: {error}", file=sys.stderr)
        return 1
    print(table(outcome.done, outcome.checks))
    return 0 if all(check.held for check in outcome.checks) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
