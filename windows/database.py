"""The DuckDB that does the work: in memory, and shut in."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from windows.errors import EvaluationError
from windows.functions import DIVISION_BY_ZERO, MISFIT

BEYOND = "a number beyond its type"


def connect(
    memory: str = "1GB", files: Sequence[Path] = (), folder: Path | None = None, threads: int = 1
) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB that reckons as Stream Analytics does: UTC, whole-number division of whole numbers.

    It reads these files, reads and writes in the folder, and reaches nothing else: no other file, no extension.

    It takes so many threads, fewer where the container has no right to as many. Whatever rows give does not depend on
    how many, but for sums of floats, whose last digits are those of the order of adding.
    """
    connection = duckdb.connect(":memory:")
    connection.execute("SET TimeZone = 'UTC'; SET integer_division = true")
    connection.execute(f"SET threads = least({threads}, current_setting('threads'))")
    connection.execute("SET enable_progress_bar = false")  # it would go to stdout, among the rows
    connection.execute(f"SET memory_limit = '{memory}'")
    connection.execute("SET autoinstall_known_extensions = false; SET autoload_known_extensions = false")
    connection.execute("SET allowed_paths = ?", [[str(file) for file in files]])
    connection.execute("SET allowed_directories = ?", [[str(folder)] if folder else []])
    connection.execute("SET enable_external_access = false; SET lock_configuration = true")
    return connection


@contextmanager
def evaluation() -> Iterator[None]:
    """What the query makes of rows: DuckDB's errors, which quote the row, become one line that does not.

    Raises EvaluationError.
    """
    try:
        yield
    except duckdb.Error as error:
        known = next((fault for fault in (MISFIT, DIVISION_BY_ZERO, BEYOND) if fault in str(error)), None)
        if known is None and isinstance(error, duckdb.OutOfRangeException | duckdb.ConversionException):
            known = BEYOND
        raise EvaluationError(
            f"the query came upon {known or f'what it cannot take ({type(error).__name__})'}"
        ) from None
