"""`python -m local …`: the stand-ins and the demo behind one command."""

import argparse
import importlib
import os
import sys
from typing import Protocol, cast

COMMANDS = {
    "demo": "run sample footage (or your own) through the whole pattern and sum it up",
    "up": "start the whole pattern and keep it running until Ctrl-C",
    "event-hubs": "serve Event Hubs for azure-eventhub clients",
    "iot-edge": "serve IoT Hub and the IoT Edge workload API for azure-iot-device clients",
    "twin": "show or change a module twin of a running stack",
    "footage": "make the sample footage",
    "size": "work out what so many stores need",
    "doctor": "check this machine, a camera, a storage account, and say what to do",
}


class Arguments(Protocol):
    """What `local/<name>/arguments.py` offers."""

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's arguments."""


class Command(Protocol):
    """What `local/<name>/cli.py` offers: it is loaded once the arguments are read."""

    def run(self, arguments: argparse.Namespace) -> int:
        """Do it; answer the exit status."""


def main(argv: list[str], prog: str = "python -m local") -> int:
    """Hand over to the command that argv names: 0 done, 1 failed, 2 the caller's mistake."""
    os.umask(0o077)  # pictures, templates and keys of a run are its user's own
    parser = argparse.ArgumentParser(prog=prog, description=__doc__, allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, summary in COMMANDS.items():
        commands.add_parser(name, help=summary, add_help=False)
    name = parser.parse_args(argv[:1]).command
    package = f"local.{name.replace('-', '_')}"
    chosen = argparse.ArgumentParser(prog=f"{prog} {name}", description=COMMANDS[name], allow_abbrev=False)
    cast("Arguments", importlib.import_module(f"{package}.arguments")).configure(chosen)
    arguments = chosen.parse_args(argv[1:])
    return cast("Command", importlib.import_module(f"{package}.cli")).run(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
