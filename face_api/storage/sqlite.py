"""SQLite as the service's database: one file, one process, deleted rows overwritten."""

import fcntl
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from face_api.errors import CannotStart, Unavailable
from face_api.storage.database import Value

FILE_NAME = "face-api.sqlite3"


class SqliteTransaction:
    """A transaction on the one connection; the database's lock is held while it lasts."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.committed: list[Callable[[], None]] = []

    def execute(self, sql: str, values: Sequence[Value] = ()) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql, values).fetchall()

    def tables(self) -> set[str]:
        return {name for (name,) in self.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}

    def lock(self, name: str) -> None:
        """Nothing to wait for: one transaction runs at a time."""

    def after_commit(self, action: Callable[[], None]) -> None:
        """As the protocol says, and before another transaction begins: so an index in memory is never behind."""
        self.committed.append(action)


class SqliteDatabase:
    """One SQLite file in `folder`, or a database in memory if `folder` is None.

    The folder is locked: the indexes in memory are only true as long as one process writes. Raises CannotStart when
    another process holds it, it can't be written, or others than its owner can get into it.
    """

    def __init__(self, folder: Path | None) -> None:
        self._lock = threading.RLock()
        self._folder_lock = _hold(folder) if folder else None
        try:
            self._connection = sqlite3.connect(
                folder / FILE_NAME if folder else ":memory:", isolation_level=None, check_same_thread=False
            )
            self._connection.execute("PRAGMA secure_delete = ON")
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute("PRAGMA temp_store = MEMORY")
        except sqlite3.Error as error:
            raise CannotStart(f"{folder}: not a SQLite database that can be used ({error})") from None

    @contextmanager
    def transaction(self) -> Iterator[SqliteTransaction]:
        with self._lock:
            transaction = SqliteTransaction(self._connection)
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield transaction
                self._connection.execute("COMMIT")
            except BaseException as error:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                if isinstance(error, sqlite3.OperationalError):
                    raise Unavailable("the store can't be read or written") from None
                raise
            for action in transaction.committed:
                action()

    def scrub(self) -> None:
        """Empties the write-ahead log: `secure_delete` has zeroed the rows in the file, the log still holds copies."""
        with self._lock:
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        with self._lock:
            self._connection.close()
            if self._folder_lock:
                self._folder_lock.close()


def _hold(folder: Path) -> IO[bytes]:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if folder.stat().st_mode & 0o077:
            raise CannotStart(f"{folder}: others can get into it, and faces lie there: chmod 700 it")
        file = (folder / "lock").open("ab")
    except OSError as error:
        raise CannotStart(f"{folder}: can't be written ({error.strerror})") from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise CannotStart(f"{folder}: in use by another face_api; several replicas need PostgreSQL") from None
    return file
