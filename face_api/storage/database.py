"""What the stores ask of a database, so that SQLite and PostgreSQL can take each other's place."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

Value = str | int | float | bytes | None


class Transaction(Protocol):
    """Work that happens whole or not at all."""

    def execute(self, sql: str, values: Sequence[Value] = ()) -> list[tuple[Any, ...]]:
        """Runs one statement with `?` for each value; returns its rows (also of RETURNING)."""

    def tables(self) -> set[str]:
        """The names of the tables that there are."""

    def lock(self, name: str) -> None:
        """Waits until no other transaction, of any process, holds this name; holds it until the end."""

    def after_commit(self, action: Callable[[], None]) -> None:
        """Runs `action` once the transaction is durable; never if it fails."""


class Database(Protocol):
    """A place that keeps rows. Safe to use from several threads."""

    def transaction(self) -> AbstractContextManager[Transaction]:
        """A transaction: committed and durable at the end of the block, rolled back if it raises."""

    def scrub(self) -> None:
        """Removes what deleted rows have left in the files."""

    def close(self) -> None:
        """Closes the database; no transaction may follow."""
