"""`python -m local demo`."""

import argparse
import json
import os
import signal
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from local.demo.run import Plan, watch_it_through
from local.demo.source import CAMERA_SECONDS, is_endless, resolve
from local.demo.view import View
from local.errors import ChildRefused, LocalError, NothingToShow, SurroundingsUnfit


def configure(parser: argparse.ArgumentParser) -> None:
    """The interface that the design fixes."""
    parser.add_argument(
        "--source",
        default="sample",
        help="sample, a video file, a folder of pictures, rtsp://… or a camera's number (default: sample)",
    )
    parser.add_argument("--seconds", type=_positive, help="stop after so many seconds (default: at the footage's end)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the summary there as well, as JSON")
    parser.add_argument("--no-dashboard", action="store_true", help="do not serve the live page")


def run(arguments: argparse.Namespace) -> int:
    """Run it: 0 all added up, 1 it did not or a process died, 2 the caller's mistake, 130 interrupted."""
    console = Console(stderr=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if arguments.json is not None and not arguments.json.resolve().parent.is_dir():
            raise NothingToShow(f"--json {arguments.json}: there is no such folder to write to")
        source = resolve(arguments.source)
        seconds = arguments.seconds or (CAMERA_SECONDS if is_endless(arguments.source) else None)
        plan = Plan(source, seconds, dashboard=not arguments.no_dashboard)
        with tempfile.TemporaryDirectory(prefix="footfall-") as folder:
            summary = watch_it_through(plan, Path(folder), os.environ, View(console, arguments.source))
    except (ChildRefused, NothingToShow, SurroundingsUnfit) as error:
        console.print(f"demo: {error}", style="red", highlight=False, soft_wrap=True)
        return 2
    except LocalError as error:
        console.print(f"demo: {error}", style="red", highlight=False, soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("demo: interrupted, everything is stopped")
        return 130
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(summary.as_json(), indent=2) + "\n")
    Console(file=sys.stdout).print(summary.as_text())
    return 1 if summary.faults else 0


def _positive(text: str) -> float:
    number = float(text)
    if number <= 0:
        raise argparse.ArgumentTypeError("must be above 0")
    return number
