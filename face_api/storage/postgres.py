"""PostgreSQL as the service's database, for several replicas that remember the same visitors."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout

from face_api.errors import CannotStart, Unavailable
from face_api.storage.database import Value

_CONNECTIONS = 8
_WAIT_SECONDS = 10.0
_WITH_TEMPLATES = ["templates", "face_ids", "persisted_faces"]


class PostgresTransaction:
    """A transaction on a connection of its own."""

    def __init__(self, connection: "psycopg.Connection[tuple[Any, ...]]") -> None:
        self._connection = connection
        self.committed: list[Callable[[], None]] = []

    def execute(self, sql: str, values: Sequence[Value] = ()) -> list[tuple[Any, ...]]:
        # Never prepared: the partial indexes of the memories are only chosen when the planner sees the values.
        query = sql.replace("?", "%s").encode()
        cursor = self._connection.execute(query, tuple(values), prepare=False)
        return cursor.fetchall() if cursor.description else []

    def lock(self, name: str) -> None:
        self._connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"face-api {name}",))

    def after_commit(self, action: Callable[[], None]) -> None:
        self.committed.append(action)


class PostgresDatabase:
    """A pool of connections. Raises CannotStart if the server can't be reached or has no pgvector."""

    def __init__(self, dsn: str) -> None:
        try:
            self._pool = ConnectionPool(
                dsn, min_size=1, max_size=_CONNECTIONS, timeout=_WAIT_SECONDS, kwargs={"autocommit": False}, open=False
            )
            self._pool.open(wait=True, timeout=_WAIT_SECONDS)
        except (psycopg.Error, PoolTimeout):
            raise CannotStart("the PostgreSQL server of FACE_API_DATABASE can't be reached") from None
        try:
            with self.transaction() as transaction:
                transaction.lock("schema")
                transaction.execute("CREATE EXTENSION IF NOT EXISTS vector")
        except psycopg.Error:
            self._pool.close()
            raise CannotStart("the PostgreSQL server lacks pgvector, or the right to CREATE EXTENSION vector") from None

    @contextmanager
    def transaction(self) -> Iterator[PostgresTransaction]:
        try:
            with self._pool.connection() as connection:
                transaction = PostgresTransaction(connection)
                yield transaction
        except (psycopg.OperationalError, PoolTimeout):
            raise Unavailable("the store does not answer") from None
        for action in transaction.committed:
            action()

    def scrub(self) -> None:
        """Vacuums the tables that hold templates, so that dead rows are reclaimed.

        PostgreSQL overwrites reclaimed space only as it is used again, and its write-ahead log keeps copies until it is
        recycled: on this store, encrypt the disk.
        """
        with self._pool.connection() as connection:
            connection.autocommit = True
            try:
                here = connection.execute(
                    "SELECT relname FROM pg_stat_user_tables WHERE relname = ANY(%s)", [_WITH_TEMPLATES]
                )
                for (table,) in here.fetchall():
                    connection.execute(b"VACUUM " + table.encode())
            finally:
                connection.autocommit = False

    def close(self) -> None:
        self._pool.close()
