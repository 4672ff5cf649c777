"""What runs here: Python, its packages, Node, room on the disks, ports, weight files."""

import re
import shutil
import socket
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from local import setup
from local.azurite import PROGRAM
from local.doctor.finding import Finding, well, wrong
from local.room import LEAST_MEGABYTES
from models.build import check
from models.errors import ModelsError
from models.store import user_cache
from models.table import WEIGHTS

CACHE_MEGABYTES = 100
"""The models and the sample footage in the user's cache."""


def python() -> Finding:
    """One of the Pythons that the pins have wheels for."""
    running = ".".join(map(str, sys.version_info[:3]))
    try:
        setup.check_python()
    except setup.SetupFailed as failed:
        return wrong("Python", running, str(failed))
    return well("Python", f"{running} in {sys.prefix}")


def packages() -> Finding:
    """The pinned packages, at their versions; those with a condition (a Python, a machine) are left out."""
    asked = "\n".join(file.read_text() for file in setup.RUN_REQUIREMENTS)
    pins = dict(re.findall(r"^([\w.-]+)(?:\[\w+\])?==([\w.]+)\s*$", asked, re.MULTILINE))
    other = sorted(name for name, pinned in pins.items() if _installed(name) != pinned)
    if other:
        return wrong("packages", f"missing or of another version: {', '.join(other)}", "run `make setup`")
    return well("packages", f"{len(pins)}, all as pinned")


def node() -> Finding:
    """Node for Azurite, and Azurite."""
    try:
        setup.check_node()
    except setup.SetupFailed as failed:
        return wrong("Node", "missing or too old", str(failed))
    if not PROGRAM.exists():
        return wrong("Node", "there, but Azurite isn't", "run `make setup`")
    return well("Node", f"{shutil.which('node')}, with Azurite")


def room(folder: Path, about: str, least: int, todo: str) -> Finding:
    """At least so many megabytes where `folder` is."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    free = shutil.disk_usage(there).free // 10**6
    says = f"{free:,} MB free in {folder}"
    return well(about, says) if free >= least else wrong(about, says, f"{todo} ({least} MB are needed)")


def rooms() -> list[Finding]:
    """The places that are written to."""
    return [
        room(Path(tempfile.gettempdir()), "room for runs", LEAST_MEGABYTES, "make room, or set TMPDIR"),
        room(user_cache(), "room for the cache", CACHE_MEGABYTES, "make room, or set XDG_CACHE_HOME"),
    ]


def port(number: int) -> Finding:
    """A loopback port that can be listened on; 0: any."""
    try:
        with socket.create_server(("127.0.0.1", number)) as listener:
            return well("ports", f"127.0.0.1:{listener.getsockname()[1]} can be listened on")
    except OSError as error:
        todo = "choose another, or end what uses it" if number else "let this user listen on 127.0.0.1"
        return wrong("ports", f"127.0.0.1:{number}: {error.strerror}", todo)


def models(folder: Path) -> Finding:
    """The weight files, unchanged."""
    try:
        check(WEIGHTS, folder)
    except ModelsError as error:
        return wrong("models", str(error), "run `make models`")
    return well("models", f"{len(WEIGHTS)} weight files, as models/table.py says")


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
