"""A database that is up later than the service: waited for within bounds, and said once."""

import itertools
import json
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
import structlog
from structlog.testing import capture_logs

from face_api.errors import CannotStart
from face_api.logs import configure_logs
from face_api.storage.postgres import PostgresDatabase
from face_api.storage.probe import StoreProbe
from tests.face_api.postgres import folder_of

Lines = list[dict[str, object]]


class Told:
    """Lines of the log, and an event for the one that is waited for."""

    def __init__(self) -> None:
        self.waits = threading.Event()

    def __call__(self, _logger: object, _method: str, line: dict[str, object]) -> dict[str, object]:
        if line["event"] == "store away":
            self.waits.set()
        return line


def test_a_database_that_comes_later_is_waited_for_and_both_are_said_once(tmp_path: Path, postgres_dsn: str) -> None:
    door = tmp_path / "door"
    with ThreadPoolExecutor(1) as pool, capture_logs(processors=[told := Told()]) as lines:  # type: ignore[list-item]
        dsn = postgres_dsn.replace(str(folder_of(postgres_dsn)), str(door))
        opening = pool.submit(PostgresDatabase, dsn, patience_seconds=120)
        opening.add_done_callback(lambda _: told.waits.set())  # one that gives up at once is told at once
        assert told.waits.wait(60)
        door.symlink_to(folder_of(postgres_dsn))
        opening.result(120).close()

    assert [line["event"] for line in lines] == ["store away", "store back"]


def test_a_database_that_does_not_come_is_a_fault_at_the_start(tmp_path: Path) -> None:
    structlog.reset_defaults()
    with pytest.raises(CannotStart, match="can't be reached"):
        PostgresDatabase(f"postgresql://nobody@/none?host={tmp_path}", patience_seconds=0.5)


def test_an_outage_is_said_once_when_it_begins_and_once_when_it_is_over(
    tmp_path: Path, postgres_dsn: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Finding 30. The database ends all connections and takes no new one, then is back; the pool says nothing of it."""
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    configure_logs()
    monkeypatch.setattr("face_api.storage.probe.log", structlog.get_logger())
    door = tmp_path / "door"
    door.symlink_to(folder_of(postgres_dsn))
    seconds = itertools.count(step=3)
    database = PostgresDatabase(postgres_dsn.replace(str(folder_of(postgres_dsn)), str(door)))
    probe = StoreProbe(database, clock=lambda: float(next(seconds)))
    _hold_all_connections(database)
    door.unlink()
    with psycopg.connect(postgres_dsn, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )

    answers = [probe.writable() for _ in range(2)]
    door.symlink_to(folder_of(postgres_dsn))
    answers += [probe.writable() for _ in range(12)]
    database.close()
    structlog.reset_defaults()

    assert answers == [False, False, *[True] * 12]
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["event"] for line in lines] == ["store can't be written", "store can be written"]
    assert lines[0]["cause"] == "57P01"
    assert lines[1]["seconds"] > 0


def _hold_all_connections(database: PostgresDatabase) -> None:
    """Have the pool open as many as it may, and take them back."""
    with ExitStack() as held:
        for _ in range(8):
            held.enter_context(database.transaction())


def test_the_pools_waits_which_double_end_with_a_requests_patience(postgres_dsn: str) -> None:
    """Finding 34: they went on doubling for minutes, so that a replica was unready long after the database was back."""
    database = PostgresDatabase(postgres_dsn)
    database.close()

    assert database._pool.reconnect_timeout <= database._pool.timeout
