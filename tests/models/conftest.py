"""A registry on loopback that pip and npm use, and a store of the test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.store import Store
from tests.models.registry import Shelf, registry


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Shelf]:
    """An empty registry; pip and npm of this test see no other."""
    with registry() as offered:
        for name, value in offered.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm-cache"))
        yield offered


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store."""
    return Store(tmp_path / "objects")
