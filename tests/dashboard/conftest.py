"""Starts real dashboards, each over a rows folder of its own."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from local.child import Child


@dataclass(frozen=True)
class Served:
    """A running dashboard."""

    child: Child
    rows: Path
    url: str

    def get(self, path: str, **query: str) -> httpx.Response:
        """GET a path of the dashboard."""
        return httpx.get(f"{self.url}{path}", params=query, timeout=20)


Serve = Callable[..., Served]


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Start dashboards: `serve(*arguments, rows=folder, **environment)`."""
    children: list[Child] = []

    def start(*arguments: str, rows: Path | None = None, **environment: str) -> Served:
        folder = rows or tmp_path_factory.mktemp("rows")
        command = [sys.executable, "-m", "local", "dashboard", "--rows", str(folder), *arguments]
        child = Child("dashboard", command, environment)
        children.append(child)
        return Served(child, folder, f"http://127.0.0.1:{child.wait_for('ready').fields['port']}")

    yield start
    for child in children:
        child.stop()
