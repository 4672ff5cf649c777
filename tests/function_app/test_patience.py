"""The worker's patience: leases, pauses and deferrals, by a clock that the test moves."""

from datetime import UTC, datetime
from typing import cast

import pytest
import structlog
from structlog.testing import capture_logs

from function_app.errors import BlobGone, BlobTaken, StorageUnavailable
from function_app.settings import Settings
from function_app.storage.container import Container, Page
from function_app.worker.backoff import Backoff
from function_app.worker.deferrals import MAX_BLOBS, Deferrals
from function_app.worker.health import STUCK_AFTER_SECONDS, Pulse
from function_app.worker.lease import Lease
from function_app.worker.loop import Loop
from function_app.worker.metrics import Metrics
from local.azurite import StorageAccount
from tests.function_app import pictures, rig
from tests.function_app.face_service import KEY, MEMORY


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def settings_of(storage: StorageAccount, container: str) -> Settings:
    return Settings(
        PictureStorage=storage.connection_string,
        PICTURE_CONTAINER=container,
        FACE_API_ENDPOINT="http://localhost:5000",
        FACE_API_KEY=KEY,
        ANONYMIZATION_KEY=rig.ANONYMIZATION_KEY,
        VISITOR_MEMORY=MEMORY,
    )


@pytest.fixture
def blobs(storage: StorageAccount, container: str) -> Container:
    return Container.of(settings_of(storage, container), container, 4)


def test_a_pause_doubles_with_each_failure_and_ends_with_a_success() -> None:
    clock = Clock()
    backoff = Backoff(clock, jitter=lambda: 1.0)
    pauses: list[float] = []
    for _ in range(8):
        assert backoff.failed("down") == (not pauses)
        pauses.append(backoff.seconds_left)
        clock.now += backoff.seconds_left
    assert pauses == [0.25, 0.5, 1, 2, 4, 8, 15, 15]
    assert backoff.failing
    assert backoff.reason == "down"
    assert backoff.succeeded()
    assert not backoff.succeeded()
    assert (backoff.seconds_left, backoff.failing, backoff.reason) == (0, False, "")


def test_failures_within_a_pause_count_as_one() -> None:
    backoff = Backoff(Clock(), jitter=lambda: 1.0)
    for _ in range(4):
        backoff.failed("down")
    assert backoff.seconds_left == 0.25


def test_a_pause_is_as_long_as_the_other_side_asks() -> None:
    backoff = Backoff(Clock(), jitter=lambda: 0.0)
    backoff.failed("busy", retry_after=42)
    backoff.failed("busy", retry_after=1)
    assert backoff.seconds_left == 42


def test_a_picture_that_fails_again_and_again_waits_longer_each_time_while_others_do_not() -> None:
    clock = Clock()
    deferrals = Deferrals(clock, jitter=lambda: 1.0)
    for pause in (0.5, 1, 2, 4, 8, 16, 30, 30):
        deferrals.defer("bad", its_own_fault=False)
        clock.now += pause - 0.01
        assert deferrals.waiting("bad")
        assert not deferrals.waiting("good")
        clock.now += 0.01
        assert not deferrals.waiting("bad")
    deferrals.forget("bad")
    deferrals.defer("bad", its_own_fault=False)
    clock.now += 0.5
    assert not deferrals.waiting("bad")


def test_a_picture_is_hopeless_when_it_failed_by_its_own_fault_three_times_in_a_row() -> None:
    deferrals = Deferrals(Clock())
    for own in (True, True, False, True, True):
        deferrals.defer("bad", its_own_fault=own)
        assert not deferrals.hopeless("bad")
    deferrals.defer("bad", its_own_fault=True)
    assert deferrals.hopeless("bad")
    assert not deferrals.hopeless("good")


def test_deferrals_are_bounded() -> None:
    deferrals = Deferrals(Clock())
    for number in range(MAX_BLOBS + 1):
        deferrals.defer(str(number), its_own_fault=False)
    assert not deferrals.waiting("0")
    assert deferrals.waiting("1")


def test_a_lease_keeps_others_away_until_it_is_given_back(blobs: Container) -> None:
    name = pictures.name()
    blobs.write(name, b"x", 1, {})
    with Lease(blobs.blob(name), 15):
        with pytest.raises(BlobTaken), Lease(blobs.blob(name), 15):
            pass
        with pytest.raises(BlobTaken):
            blobs.blob(name).delete()
        assert blobs.page(10).blobs[0].leased
    with Lease(blobs.blob(name), 15) as lease:
        lease.delete()
    with pytest.raises(BlobGone), Lease(blobs.blob(name), 15):
        pass


def test_a_lease_is_renewed_when_half_its_time_is_over_and_tells_when_it_was_lost(
    blobs: Container, storage: StorageAccount, container: str
) -> None:
    clock, name = Clock(), pictures.name()
    blobs.write(name, b"x", 1, {})
    with Lease(blobs.blob(name), 15, clock) as lease, rig.client(storage, container) as others:
        clock.now += 8
        lease.keep()
        blob = others.get_blob_client(name)
        blob.acquire_lease(15, lease_id=lease.id).break_lease(0)
        lease.keep()  # its time has just begun anew: not asked
        clock.now += 8
        with pytest.raises(BlobTaken):
            lease.keep()


def test_a_listing_goes_page_by_page_and_makes_a_missing_container(storage: StorageAccount) -> None:
    container = Container.of(settings_of(storage, "made-by-listing"), "made-by-listing", 2)
    assert container.page(2).blobs == ()
    for number in range(3):
        container.write(f"{number}.jpg", b"x", 1, {})
    first = container.page(2)
    assert [blob.name for blob in first.blobs] == ["0.jpg", "1.jpg"]
    assert [blob.name for blob in container.page(2, first.next).blobs] == ["2.jpg"]
    assert [blob.name for blob in container.walk()] == ["0.jpg", "1.jpg", "2.jpg"]
    assert first.blobs[0].stored_at <= datetime.now(UTC)
    container.create()  # again: no fault
    container.close()


def test_storage_that_refuses_or_is_not_there_is_named(storage: StorageAccount, container: str) -> None:
    wrong = storage.connection_string.replace(storage.key, "d3Jvbmcga2V5")
    nowhere = "BlobEndpoint=http://127.0.0.1:9/x;SharedAccessSignature=sv=1"
    for connection in (wrong, nowhere):
        settings = settings_of(storage, container).model_copy(update={"picture_storage": _Secret(connection)})
        with pytest.raises(StorageUnavailable):
            Container.of(settings, container, 2).page(10)


class _Secret:
    def __init__(self, text: str) -> None:
        self._text = text

    def get_secret_value(self) -> str:
        return self._text


def test_the_worker_counts_as_stuck_when_its_loop_has_not_turned_for_a_minute() -> None:
    clock = Clock()
    pulse = Pulse(clock)
    clock.now += STUCK_AFTER_SECONDS + 1
    assert pulse.seconds > STUCK_AFTER_SECONDS
    pulse.beat("the Face API")
    assert (pulse.seconds, pulse.waiting_for) == (0, "the Face API")


class AwayAtFirst:
    """A container that can't be listed once, and then is empty."""

    def __init__(self) -> None:
        self.looks = 0
        self.loop: Loop

    def page(self, _: int) -> Page:
        self.looks += 1
        if self.looks == 1:
            raise StorageUnavailable("storage is away")
        self.loop.stop()
        return Page((), None)


def test_an_outage_of_storage_is_over_when_it_can_be_listed_again_though_no_picture_waits() -> None:
    container, backoff, pulse = AwayAtFirst(), Backoff(jitter=lambda: 0.0), Pulse()
    with capture_logs() as lines:
        container.loop = Loop(
            cast(Container, container),
            lambda _: True,
            concurrency=1,
            poll_seconds=0.01,
            backoff=backoff,
            deferrals=Deferrals(),
            pulse=pulse,
            metrics=Metrics(),
            log=structlog.get_logger(),
        )
        container.loop.run()
    assert [line["event"] for line in lines] == ["outage", "outage over"]
    assert not backoff.failing
    assert pulse.waiting_for == ""
