"""PostgreSQL as the service's database, for several replicas that remember the same visitors."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
import structlog
from psycopg_pool import ConnectionPool, PoolTimeout

from face_api.errors import CannotStart, Unavailable
from face_api.storage.database import Value

_CONNECTIONS = 8
_WAIT_SECONDS = 10.0
_VACUUMED = ["remembered", "visit_cameras", "answers", "sealed_faces", "sealed_templates", "persisted_faces"]
_KEEPS_NO_LOG = {"wal_recycle": "off", "archive_mode": "off", "wal_keep_size": "0"}
_CONNECTION_LOST = ("08", "57P")
"""Classes of SQLSTATE: connection exceptions, and a server that is shut down."""
_RIGHTS = """
SELECT has_function_privilege('pg_switch_wal()', 'EXECUTE'),
    (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) OR pg_has_role('pg_checkpoint', 'USAGE')
"""


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

    def tables(self) -> set[str]:
        return {name for (name,) in self.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")}

    def lock(self, name: str) -> None:
        self._connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"face-api {name}",))

    def after_commit(self, action: Callable[[], None]) -> None:
        self.committed.append(action)


class _Ages:
    """Which connections are older than the last break: they may be as dead, so none of them is handed out again."""

    def __init__(self) -> None:
        self._born: WeakKeyDictionary[psycopg.Connection[Any], float] = WeakKeyDictionary()
        self._broken = -math.inf

    def note(self, connection: "psycopg.Connection[Any]") -> None:
        self._born[connection] = time.monotonic()

    def broke(self) -> None:
        self._broken = time.monotonic()

    def check(self, connection: "psycopg.Connection[Any]") -> None:
        if self._born.get(connection, -math.inf) < self._broken:
            connection.close()
            raise psycopg.OperationalError("from before the break")


def _patiently(dsn: str, patience_seconds: float, ages: _Ages) -> ConnectionPool:
    """An open pool, tried for so long; the log says once that it waits and once that it goes on."""
    log = structlog.get_logger()
    begin = time.monotonic()
    waits = False
    while True:
        pool = ConnectionPool(
            dsn,
            min_size=1,
            max_size=_CONNECTIONS,
            timeout=_WAIT_SECONDS,
            reconnect_timeout=_WAIT_SECONDS,  # so that its waits, which double, end soon after an outage
            kwargs={"autocommit": False},
            configure=ages.note,
            check=ages.check,
            open=False,
        )
        try:
            pool.open(wait=True, timeout=min(_WAIT_SECONDS, patience_seconds))
        except (psycopg.Error, PoolTimeout):
            pool.close()
            waited = time.monotonic() - begin
            if waited >= patience_seconds:
                raise CannotStart("the PostgreSQL server of FACE_API_DATABASE can't be reached") from None
            if not waits:
                log.warning("store away")
            waits = True
            continue
        if waits:
            log.info("store back", seconds=round(time.monotonic() - begin))
        return pool


class PostgresDatabase:
    """A pool of connections.

    Waits up to `patience_seconds` for the server, which after a power cut may be up later than the service. Raises
    CannotStart if it can't be reached by then, or would keep what is erased: in old write-ahead log, or because this
    role may not have it dropped.
    """

    def __init__(self, dsn: str, patience_seconds: float = _WAIT_SECONDS) -> None:
        self._ages = _Ages()
        self._pool = _patiently(dsn, patience_seconds, self._ages)
        if wrong := self._what_would_keep_the_erased():
            self._pool.close()
            raise CannotStart(f"the PostgreSQL server of FACE_API_DATABASE would keep what is erased: {wrong}")

    @contextmanager
    def transaction(self) -> Iterator[PostgresTransaction]:
        try:
            with self._pool.connection() as connection:
                transaction = PostgresTransaction(connection)
                yield transaction
        except (psycopg.OperationalError, PoolTimeout) as fault:
            raise self._away(fault) from None
        for action in transaction.committed:
            action()

    def scrub(self) -> None:
        """Vacuums the tables whose rows come and go, so that dead rows are reclaimed.

        PostgreSQL overwrites reclaimed space only as it is used again.
        """
        with self._autocommit() as connection:
            here = connection.execute("SELECT relname FROM pg_stat_user_tables WHERE relname = ANY(%s)", [_VACUUMED])
            for (table,) in here.fetchall():
                connection.execute(b"VACUUM " + table.encode())

    def erase_dead_rows(self, table: str) -> None:
        """Writes a small table anew without its dead rows, and has the write-ahead log dropped that still holds them.

        The log goes with the checkpoint, as the server keeps none (`wal_recycle=off`); so do the table's old files.
        """
        with self._autocommit() as connection:
            connection.execute(b"VACUUM FULL " + table.encode())
            connection.execute("SELECT pg_switch_wal()")
            connection.execute("CHECKPOINT")

    def close(self) -> None:
        self._pool.close()

    @contextmanager
    def _autocommit(self) -> Iterator["psycopg.Connection[tuple[Any, ...]]"]:
        try:
            with self._pool.connection() as connection:
                connection.autocommit = True
                try:
                    yield connection
                finally:
                    connection.autocommit = False
        except (psycopg.OperationalError, PoolTimeout) as fault:
            raise self._away(fault) from None

    def _away(self, fault: psycopg.OperationalError | PoolTimeout) -> Unavailable:
        sqlstate = getattr(fault, "sqlstate", None)
        if sqlstate is None or sqlstate.startswith(_CONNECTION_LOST):
            self._ages.broke()
        return Unavailable("the store does not answer", cause=sqlstate or type(fault).__name__)

    def _what_would_keep_the_erased(self) -> str:
        with self.transaction() as transaction:
            found = {name: transaction.execute(f"SHOW {name}")[0][0] for name in _KEEPS_NO_LOG}
            ((may_switch, may_checkpoint),) = transaction.execute(_RIGHTS)
        wrong = [f"set {name}={wanted}" for name, wanted in _KEEPS_NO_LOG.items() if found[name] != wanted]
        if not may_switch:
            wrong.append("grant EXECUTE ON FUNCTION pg_switch_wal() to the service's role")
        if not may_checkpoint:
            wrong.append("grant pg_checkpoint to the service's role")
        return ", ".join(wrong)
