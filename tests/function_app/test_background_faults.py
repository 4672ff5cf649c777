"""A fault of ours in the worker's background is said, and the work goes on: nobody else would do it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import structlog
from structlog.testing import capture_logs

from function_app.dispatch import Dispatch
from function_app.pool import people
from function_app.pool.store import PoolStore
from function_app.settings import Settings
from function_app.storage.container import Container
from function_app.worker.dispatcher import Dispatcher
from function_app.worker.housekeeping import Housekeeping
from function_app.worker.metrics import Metrics
from function_app.worker.report import Report
from local.azurite import StorageAccount
from tests.function_app import pictures, rig
from tests.function_app.face_service import KEY, MEMORY
from tests.function_app.test_pool import MORNING, arrival, rules
from tests.support.waiting import wait_until

SAID = {"event": "fault", "kind": "ArithmeticError", "log_level": "error"}


@pytest.fixture
def pool(storage: StorageAccount, container: str) -> Iterator[Container]:
    made = Settings(
        PictureStorage=storage.connection_string,
        FACE_API_ENDPOINT="http://face-api:5000",
        FACE_API_KEY=KEY,
        ANONYMIZATION_KEY=rig.ANONYMIZATION_KEY,
        VISITOR_MEMORY=MEMORY,
    )
    opened = Container.of(made, f"{container}-pool", 4)
    opened.create()
    yield opened
    opened.close()


def faulty_once() -> Callable[[], datetime]:
    """A clock that is at fault the first time."""
    asked = []

    def now() -> datetime:
        asked.append(1)
        if len(asked) == 1:
            raise ArithmeticError
        return datetime.now(UTC)

    return now


def test_after_a_fault_the_dispatcher_goes_on_sending(pool: Container) -> None:
    sent: list[str] = []
    store = PoolStore(pool, pytest.fail)
    store.change("store-1/cam-1", lambda empty: people.add_tally(empty, arrival(1, MORNING), rules(0), MORNING))
    with capture_logs() as lines:
        dispatcher = Dispatcher(
            pool,
            Dispatch(store, rules(0)),
            lambda place, _: sent.append(place),
            metrics=Metrics(),
            log=structlog.get_logger(),
            now=faulty_once(),
        )
        dispatcher.start()
        wait_until(lambda: sent == ["store-1/cam-1"], "what may leave has left")
        dispatcher.stop()
    assert lines.count(SAID) == 1


def test_after_a_fault_the_housekeeping_goes_on_deleting(
    storage: StorageAccount, container: str, pool: Container
) -> None:
    metrics = Metrics()
    with capture_logs() as lines, rig.client(storage, f"{container}-pool") as blobs:
        blobs.upload_blob(pictures.name(), b"of a moment ago")
        report = Report(metrics, timedelta(minutes=1), structlog.get_logger(), datetime.now(UTC))
        housekeeping = Housekeeping(
            (pool,),
            timedelta(seconds=0.1),
            report,
            metrics=metrics,
            log=structlog.get_logger(),
            now=faulty_once(),
        )
        housekeeping.start()
        wait_until(lambda: not list(blobs.list_blob_names()), "the picture is deleted")
        housekeeping.stop()
    assert lines.count(SAID) == 1
