"""The page's numbers as a file: CSV or Parquet, the day's windows or its hours."""

from enum import StrEnum
from pathlib import Path

import duckdb


class Form(StrEnum):
    """File formats, by extension."""

    CSV = "csv"
    PARQUET = "parquet"


class Grain(StrEnum):
    """One row for each window as it was released, or for each hour of the day."""

    WINDOWS = "windows"
    HOURS = "hours"


MEDIA_TYPES = {Form.CSV: "text/csv; charset=utf-8", Form.PARQUET: "application/vnd.apache.parquet"}


def write(rows: duckdb.DuckDBPyRelation, form: Form, path: Path) -> None:
    """Write `rows` to `path`; withheld numbers are empty in CSV and null in Parquet."""
    if form is Form.CSV:
        rows.write_csv(str(path))
    else:
        rows.write_parquet(str(path))
