"""`python -m local up`."""

import argparse
import json
import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from local.child import ROOT
from local.demo.source import resolve
from local.demo.tally import Tally
from local.errors import ChildRefused, LocalError, NothingToShow, SurroundingsUnfit
from local.health import HealthReporter
from local.stack import CONTAINER, Stack, wait_until


def configure(parser: argparse.ArgumentParser) -> None:
    """What can be chosen."""
    parser.add_argument("--source", default="sample", help="what the camera sees, over and over (default: sample)")
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="keep all data there (default: a folder that goes at the end)"
    )
    parser.add_argument("--dashboard-port", type=int, default=0, metavar="PORT", help="0 for a free one (default)")
    parser.add_argument(
        "--visit-gap-minutes", type=float, default=60.0, metavar="M", help="when a visit ends (default: 60)"
    )
    parser.add_argument(
        "--functions",
        type=Path,
        metavar="FILE",
        help="let `func start` analyze the pictures instead of the worker: write its local.settings.json there",
    )


def run(arguments: argparse.Namespace) -> int:
    """Run until Ctrl-C or SIGTERM: 0 stopped, 1 a process died, 2 the caller's mistake."""
    console = Console(stderr=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        source = resolve(arguments.source)
        with _folder(arguments.data) as folder:
            keep_running(source, folder, arguments, console)
    except KeyboardInterrupt:
        console.print("up: everything is stopped")
        return 0
    except (ChildRefused, NothingToShow, SurroundingsUnfit) as error:
        console.print(f"up: {error}", style="red", highlight=False, soft_wrap=True)
        return 2
    except LocalError as error:
        console.print(f"up: {error}", style="red", highlight=False, soft_wrap=True)
        return 1
    return 0


def keep_running(source: str, folder: Path, arguments: argparse.Namespace, console: Console) -> None:
    """Start all, say where it is, and show the camera the source over and over until interrupted."""
    tally = Tally()
    stack = Stack(folder, os.environ, tally.add_log)
    try:
        with console.status("starting …"):
            stack.start(arguments.visit_gap_minutes)
            if arguments.functions is None:
                stack.start_worker()
            else:
                write_function_settings(stack, arguments.functions)
            stack.start_device({})
            stack.start_windows()
            stack.start_dashboard(arguments.dashboard_port)
        health = HealthReporter(stack.health, stack.storage.container(CONTAINER), lambda: tally.counts().spooled)
        with health:
            say_where(stack, arguments.functions)
            while True:
                edge = stack.start_edge(source)
                wait_until(lambda: edge.status is not None, stack, float("inf"), pause=0.5)  # noqa: B023 (used at once)
                stack.forget(edge)
    finally:
        stack.stop()


def say_where(stack: Stack, functions: Path | None) -> None:
    """What a user needs to look around, on stdout."""
    out = Console(highlight=False, soft_wrap=True)
    out.print(f"dashboard  http://127.0.0.1:{stack.dashboard_port}/")
    out.print(f"data       {stack.folder}")
    out.print("twin       python -m local twin show, or: python -m local twin set TimeBetweenPicturesInSeconds=10")
    if functions is not None:
        out.print(f"settings   {functions}, for `func start` in this checkout")
    out.print("Ctrl-C stops everything")


def write_function_settings(stack: Stack, file: Path) -> None:
    """The sample's settings with this run's values; only the user may read them. Raises SurroundingsUnfit."""
    settings = json.loads((ROOT / "local.settings.sample.json").read_text())
    settings["Values"] |= {**stack.function_settings, "AzureWebJobsStorage": stack.storage.connection_string}
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            json.dump(settings, out, indent=2)
    except OSError as error:
        raise SurroundingsUnfit(f"--functions {file}: {error.strerror}") from None


@contextmanager
def _folder(wanted: Path | None) -> Iterator[Path]:
    if wanted is None:
        with tempfile.TemporaryDirectory(prefix="footfall-") as folder:
            yield Path(folder)
    else:
        wanted.mkdir(parents=True, exist_ok=True)
        yield wanted
