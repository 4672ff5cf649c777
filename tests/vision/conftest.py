"""The sample photographs."""

from pathlib import Path

import pytest

from models.build import files_of_packages
from models.store import Store, user_cache
from models.table import PHOTOGRAPHS


@pytest.fixture(scope="session")
def photograph_files() -> list[Path]:
    """sample1.jpg … sample6.jpg, fetched if they aren't in the user's cache."""
    return files_of_packages(PHOTOGRAPHS, Store(user_cache() / "objects"), print)
