"""Start all, say where it is, and show the camera the source over and over."""

import argparse
import itertools
import json
import os
import shlex
import time
from pathlib import Path
from typing import NoReturn

from rich.console import Console

from local.child import ROOT
from local.demo.progress import Progress
from local.demo.run import VISIT_GAP_MINUTES
from local.demo.source import places
from local.errors import ChildRefused, SurroundingsUnfit
from local.health import HealthReporter
from local.hint import footfall
from local.stack import CONTAINER, Stack, failure, wait_until
from local.up.usual import REAL_GAP_MINUTES, SAMPLE

PAUSES = (1, 2, 5, 10, 30)
"""Seconds before the camera module is started again after a fault."""
WELL_AFTER_SECONDS = 120.0


def keep_running(source: str, folder: Path, arguments: argparse.Namespace, console: Console) -> None:
    """Start all, say where it is, and show the camera the source over and over until interrupted."""
    progress = Progress()
    stack = Stack(folder, os.environ, progress.add_log)
    try:
        console.print("up: starting storage, the Face API and Event Hubs …")
        stack.start(visit_gap_minutes(arguments.visit_gap_minutes, arguments.source))
        console.print("up: starting the rest …")
        if arguments.functions is None:
            stack.start_worker()
        else:
            write_function_settings(stack, arguments.functions)
        stack.start_device(places(arguments.source))
        stack.start_windows()
        stack.start_dashboard(arguments.dashboard_port)
        health = HealthReporter(stack.health, stack.storage.container(CONTAINER), progress.camera)
        with health:
            say_where(stack, arguments.functions)
            show_over_and_over(stack, source, console, progress)
    finally:
        stack.stop()


def show_over_and_over(stack: Stack, source: str, console: Console, progress: Progress) -> NoReturn:
    """The camera module, again and again. Raises ChildRefused when a setting or the source is wrong.

    One that ended by a fault is started again after a pause that grows; that is said, and the page shows it.
    """
    pauses = itertools.chain(PAUSES, itertools.repeat(PAUSES[-1]))
    while True:
        edge, begin = stack.start_edge(source), time.monotonic()
        wait_until(lambda: edge.status is not None, stack, float("inf"), pause=0.5)  # noqa: B023 (used at once)
        stack.forget(edge)
        ended = failure(edge) if edge.status else None
        if isinstance(ended, ChildRefused):
            raise ended
        if ended is None or time.monotonic() - begin > WELL_AFTER_SECONDS:
            pauses = itertools.chain(PAUSES, itertools.repeat(PAUSES[-1]))
        if ended is not None:
            pause = next(pauses)
            progress.camera_ended(str(ended))
            console.print(f"up: {ended}; again in {pause} s", style="yellow", highlight=False, soft_wrap=True)
            again = time.monotonic() + pause
            wait_until(lambda: time.monotonic() >= again, stack, float("inf"), pause=0.5)  # noqa: B023


def visit_gap_minutes(wanted: float | None, source: str) -> float:
    """The sample is one minute, over and over: with a real gap nobody would seem to come after the first."""
    if wanted is not None:
        return wanted
    return VISIT_GAP_MINUTES if source == SAMPLE else REAL_GAP_MINUTES


def say_where(stack: Stack, functions: Path | None) -> None:
    """What a user needs to look around, on stdout."""
    out = Console(highlight=False, soft_wrap=True)
    out.print(f"dashboard  http://127.0.0.1:{stack.dashboard_port}/")
    out.print(f"data       {stack.folder}")
    twin, change = footfall("twin show"), footfall("twin set TimeBetweenPicturesInSeconds=10")
    out.print(f"twin       {twin}")
    out.print(f"           {change}")
    if functions is not None:
        out.print(f"functions  {how_to_start(functions)}")
    out.print("Ctrl-C stops everything")


def how_to_start(functions: Path) -> str:
    """The commands for another terminal: Core Tools look for the settings beside host.json."""
    there = ROOT / "local.settings.json"
    copy = "" if functions.resolve() == there.resolve() else f"cp {shlex.quote(str(functions.resolve()))} . && "
    return f"cd {shlex.quote(str(ROOT))} && {copy}. .venv/bin/activate && func start"


def write_function_settings(stack: Stack, file: Path) -> None:
    """The sample's settings with this run's values; only the user may read them. Raises SurroundingsUnfit."""
    settings = json.loads((ROOT / "local.settings.sample.json").read_text())
    host = {"AzureWebJobsStorage": stack.storage.connection_string, "AzureFunctionsWebHost__hostid": "footfall"}
    settings["Values"] |= {**stack.function_settings, **host}
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            json.dump(settings, out, indent=2)
    except OSError as error:
        raise SurroundingsUnfit(f"--functions {file}: {error.strerror}") from None
