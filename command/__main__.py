"""`footfall COMMAND …`, or `python -m command COMMAND …`: everything that one does by hand, behind one word."""

import argparse
import importlib
import os
import sys
import tomllib
from pathlib import Path
from typing import Protocol, cast

from command.table import COMMANDS

ROOT = Path(__file__).resolve().parent.parent
PROG = "footfall"


class Room(Protocol):
    """What the modules of the table offer."""

    def main(self, argv: list[str], prog: str) -> int:
        """Do what argv says; `prog` is what the user typed before it."""


def main(argv: list[str]) -> int:
    """Hand over to the room that has the command: 0 done, 1 failed, 2 the caller's mistake, 130 interrupted."""
    try:
        return _hand_over(argv)
    except KeyboardInterrupt:  # while modules load; the rooms have their own way of ending
        return 130


def version() -> str:
    """The project's version: it stands in pyproject.toml alone."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"])


def run() -> None:
    """The entry point that pyproject.toml names."""
    sys.exit(main(sys.argv[1:]))


def _hand_over(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog=PROG,
        description="The footfall detection pattern on this machine. Each command has a --help of its own.",
        epilog="The first hour with it: docs/first-hour.md",
        allow_abbrev=False,
    )
    parser.add_argument("-V", "--version", action="version", version=f"{PROG} {version()}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, entry in COMMANDS.items():
        commands.add_parser(name, help=entry.summary, add_help=False)
    name = parser.parse_args(argv[:1]).command
    entry = COMMANDS[name]
    os.environ.setdefault("MODELS_DIR", str(ROOT / "models" / "weights"))  # from whatever folder it is called
    room = cast("Room", importlib.import_module(entry.module))
    prog = PROG if entry.begins else f"{PROG} {name}"
    return room.main([*entry.begins, *argv[1:]], prog)


if __name__ == "__main__":
    run()
