"""`footfall doctor`."""

import argparse
import os
from collections.abc import Iterator
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from local.child import ROOT
from local.doctor import machine
from local.doctor.arguments import VARIABLE
from local.doctor.camera import camera
from local.doctor.finding import Finding, unasked
from local.doctor.storage import storage

STORAGE = "PictureStorage"
MARKS = {"well": ("✓", "green"), "wrong": ("✗", "bold red"), "not looked at": ("–", "dim")}


def run(arguments: argparse.Namespace) -> int:
    """Look at everything and print it: 0 all well, 1 something is in the way, 2 the caller's mistake."""
    console = Console(highlight=False)
    if arguments.camera and "://" in arguments.camera and ("@" in arguments.camera or "?" in arguments.camera):
        Console(stderr=True).print(f"doctor: anyone can see a command line: put that address into {VARIABLE}")
        return 2
    if not 0 <= arguments.port <= 65535:
        Console(stderr=True).print("doctor: --port: from 1 to 65535")
        return 2
    findings = list(look(arguments.camera or os.environ.get(VARIABLE), arguments.port))
    console.print(table(findings))
    bad = [finding for finding in findings if finding.state == "wrong"]
    for finding in bad:
        console.print(f"{finding.about}: {finding.todo}", soft_wrap=True)
    if not bad:
        console.print("all well", style="green")
    return 1 if bad else 0


def look(source: str | None, port: int) -> Iterator[Finding]:
    """Every finding, in the order in which one mends them."""
    yield machine.python()
    yield machine.packages()
    yield machine.node()
    yield from machine.rooms()
    yield machine.port(port)
    yield machine.models(Path(os.environ.get("MODELS_DIR") or ROOT / "models" / "weights"))
    yield camera(source) if source else unasked("camera", "--camera rtsp://…")
    if connection_string := os.environ.get(STORAGE):
        container = os.environ.get("PICTURE_CONTAINER", "pictures")
        yield from storage(connection_string, container, os.environ.get("STORAGE_API_VERSION", "2019-07-07"))
    else:
        yield unasked("storage", "set PictureStorage")
        yield unasked("clock", "set PictureStorage")


def table(findings: list[Finding]) -> Table:
    """One row a finding."""
    made = Table("", "", "found", box=SIMPLE_HEAD, show_header=False)
    for finding in findings:
        mark, style = MARKS[finding.state]
        says = finding.says or f"not looked at: {finding.todo}"
        made.add_row(Text(mark, style), finding.about, Text(says, "" if finding.says else "dim"))
    return made
