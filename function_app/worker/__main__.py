"""`python -m function_app.worker [--port N]` works; `… replay-poison` puts what was set aside back into work."""

import argparse
import sys


def main(argv: list[str]) -> int:
    """Run the command: 0 done, 1 failed, 2 refused."""
    arguments = _arguments(argv)
    from function_app.worker import cli  # noqa: PLC0415 - the SDKs load for half a second; --help needs none

    return cli.run(arguments)


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m function_app.worker", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="where /health and /metrics listen (default: loopback)")
    parser.add_argument(
        "--port", type=int, default=0, help="their port (default: a free one, see the log line `ready`)"
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser("replay-poison", help="put what was set aside back into work, then end")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
