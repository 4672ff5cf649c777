"""`python -m local demo`."""

import argparse
import json
import os
import signal
import sys
import tempfile
from pathlib import Path

from azure.core.exceptions import AzureError
from rich.console import Console

from local.demo.source import CAMERA_SECONDS, is_endless, places, resolve
from local.errors import ChildRefused, LocalError, NothingToShow, SurroundingsUnfit
from local.room import check_room, room_left


def run(arguments: argparse.Namespace) -> int:
    """Run it: 0 all added up, 1 it did not or a process died, 2 the caller's mistake, 130 interrupted."""
    console = Console(stderr=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if arguments.json is not None and not arguments.json.resolve().parent.is_dir():
            raise NothingToShow(f"--json {arguments.json}: there is no such folder to write to")
        check_room()
        source = resolve(arguments.source, os.environ)
        seconds = arguments.seconds or (CAMERA_SECONDS if is_endless(source) else None)
        # they load for a second; mistakes are told before
        from local.demo.run import Plan, watch_it_through  # noqa: PLC0415
        from local.demo.view import View  # noqa: PLC0415

        plan = Plan(source, places(arguments.source), seconds, dashboard=not arguments.no_dashboard)
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
    except AzureError as error:
        console.print(
            f"demo: local storage failed ({type(error).__name__}); {room_left()}", style="red", soft_wrap=True
        )
        return 1
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(summary.as_json(), indent=2) + "\n")
    out = Console(file=sys.stdout)
    out.print(summary.as_text(out.width))
    return 1 if summary.faults else 0
