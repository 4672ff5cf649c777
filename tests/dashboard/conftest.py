"""Starts real dashboards, each over a rows folder of its own."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from dashboard.turns import LULL_SECONDS
from local.child import Child

START_SECONDS = 150
"""Where much else runs; else it takes one."""


@dataclass(frozen=True)
class Served:
    """A running dashboard."""

    child: Child
    rows: Path
    url: str

    def get(self, path: str, **query: str) -> httpx.Response:
        """GET a path of the dashboard."""
        return httpx.get(f"{self.url}{path}", params=query, timeout=20)

    def wait_until_read(self) -> None:
        """Until it has read all the rows that were there when it started.

        It gives way to whoever looks, so this looks seldom.
        """
        until = time.monotonic() + 60
        while self.get("/api/snapshot").json()["reading"] is not None:
            assert time.monotonic() < until, "not read within 60 s"
            time.sleep(2 * LULL_SECONDS)


Serve = Callable[..., Served]


@contextmanager
def dashboards(folders: pytest.TempPathFactory) -> Iterator[Serve]:
    """Start dashboards: `serve(*arguments, rows=folder, **environment)`; all are stopped at the end."""
    children: list[Child] = []

    def start(*arguments: str, rows: Path | None = None, **environment: str) -> Served:
        folder = rows or folders.mktemp("rows")
        command = [sys.executable, "-m", "dashboard", "--rows", str(folder), *arguments]
        children.append(Child("dashboard", command, environment))
        port = children[-1].wait_for("ready", START_SECONDS).fields["port"]
        return Served(children[-1], folder, f"http://127.0.0.1:{port}")

    try:
        yield start
    finally:
        for child in children:
            child.stop()


@pytest.fixture
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Starts dashboards for one test."""
    with dashboards(tmp_path_factory) as start:
        yield start


@pytest.fixture(scope="module")
def serve_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Starts those that all tests of a file look at."""
    with dashboards(tmp_path_factory) as start:
        yield start
