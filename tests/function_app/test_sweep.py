"""The sweep: what the trigger has not seen comes up again; what is itself at fault is set aside, and nothing else."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from azure.storage.blob import ContainerClient

from function_app.analyze import analyze
from function_app.errors import FaceApiFailing, FaceApiRefused, Passing, PictureUnreadable
from function_app.face_client import FaceClient
from function_app.keys import AnonymizationKeys
from function_app.names import Picture
from function_app.poison import Poison
from function_app.retention import keep_to
from function_app.settings import Settings
from function_app.storage.container import Container
from function_app.storage.listing import Stored
from function_app.sweep import FIRST_WAIT, LONGEST_WAIT, MOST_STRIKES, TOUCHES_FIRST, Sweep, Swept
from local.azurite import StorageAccount
from tests.function_app import pictures, rig
from tests.function_app.face_service import KEY, MEMORY, FaceService, face, picture_of
from tests.support.waiting import wait_until

KEYS = AnonymizationKeys(rig.ANONYMIZATION_KEY.encode())


@dataclass
class Site:
    """A container with a sweep, a clock that the test turns, and a Face API that fails as it says."""

    pictures: Container
    poisoned: Container
    blobs: ContainerClient
    fault: Exception | None = None
    ready: bool = True
    blank: bool = True
    service: FaceClient | None = None
    worked: list[str] = field(default_factory=list)
    ahead: timedelta = timedelta(0)

    def work(self, name: str) -> None:
        self.worked.append(name)
        if self.fault is not None:
            raise self.fault
        if self.service is not None:
            analyze(Picture.named(name), self.pictures.blob(name).read().read(), self.service, KEYS)
        self.pictures.blob(name).delete()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def sweep(self, after: timedelta = LONGEST_WAIT) -> Swept:
        """As often as a while later."""
        self.ahead = after + timedelta(seconds=2)  # storage stamps whole seconds
        poison = Poison(self.pictures, self.poisoned)
        return Sweep(self.pictures, poison, self.work, lambda: self.ready, lambda: self.blank).once(self.now)

    def upload(self) -> str:
        return self.upload_of(b"a picture")

    def upload_of(self, content: bytes) -> str:
        name = pictures.name()
        self.blobs.upload_blob(name, content, metadata={"people": "1"})
        return name

    def poison(self) -> list[str]:
        return [stored.name for stored in self.poisoned.walk()]


@pytest.fixture
def site(storage: StorageAccount, container: str) -> Iterator[Site]:
    settings = Settings(
        PictureStorage=storage.connection_string,
        FACE_API_ENDPOINT="http://face-api:5000",
        FACE_API_KEY=KEY,
        ANONYMIZATION_KEY=rig.ANONYMIZATION_KEY,
        VISITOR_MEMORY=MEMORY,
    )
    containers = [Container.of(settings, name, 2) for name in (container, f"{container}-poison")]
    with rig.client(storage, container) as blobs:
        yield Site(containers[0], containers[1], blobs)
    for each in containers:
        each.close()


def test_a_blob_that_waits_is_touched_which_triggers_again_and_keeps_its_metadata(site: Site) -> None:
    name = site.upload()
    before = site.blobs.get_blob_client(name).get_blob_properties()
    assert site.sweep(-FIRST_WAIT) == Swept()
    assert site.sweep(FIRST_WAIT) == Swept(touched=1)
    after = site.blobs.get_blob_client(name).get_blob_properties()
    assert after.etag != before.etag
    assert after.metadata["people"] == "1"


def test_a_blob_that_the_trigger_never_sees_is_done_by_the_sweep(site: Site) -> None:
    name = site.upload()
    for _ in range(TOUCHES_FIRST):
        assert site.sweep() == Swept(touched=1)
    assert site.sweep() == Swept(done=1)
    assert site.worked == [name]
    assert not site.blobs.get_blob_client(name).exists()


def test_what_has_been_touched_is_no_younger_for_it(site: Site) -> None:
    """Else an outage in which the sweep tries again and again would keep pictures beyond the retention."""
    site.upload()

    def touched() -> Stored:
        site.sweep()
        (stored,) = site.pictures.walk()
        return stored

    site.fault = FaceApiRefused("the Face API answers 401")
    wait_until(lambda: (stored := touched()).touched_at > stored.stored_at, "storage stamps whole seconds")
    (stored,) = site.pictures.walk()
    younger = keep_to(site.pictures, timedelta(seconds=1), stored.stored_at + timedelta(seconds=1))
    older = keep_to(site.pictures, timedelta(seconds=1), stored.stored_at + timedelta(seconds=2))
    assert (younger.purged, older.purged) == (0, 1)


def test_a_wrong_key_for_an_hour_and_then_the_right_one_and_all_pictures_come_through(site: Site) -> None:
    names = {site.upload_of(picture_of(face())) for _ in range(2)}
    with FaceService() as service, closing(client(service, "the wrong key")) as wrong:
        site.service = wrong
        for _ in range(int(timedelta(hours=1) / LONGEST_WAIT)):
            assert site.sweep().done == 0
        assert service.refused > 60, "each is tried again and again"
        assert site.poison() == []
        with closing(client(service, KEY)) as right:
            site.service = right
            assert site.sweep().done == len(names)
    assert site.poison() == []
    assert list(site.pictures.walk()) == []


def client(service: FaceService, key: str) -> FaceClient:
    return FaceClient(service.endpoint, key, MEMORY, ("age",), connections=2, sleep=lambda _: None)


def test_while_the_face_api_is_down_nothing_is_touched(site: Site) -> None:
    site.upload()
    site.ready = False
    assert site.sweep() == Swept()


@pytest.mark.parametrize(
    ("fault", "blank"), [(FaceApiRefused("the Face API answers 401"), True), (FaceApiFailing("500"), False)]
)
def test_an_outage_of_an_hour_uses_up_no_try_of_a_picture(site: Site, fault: Passing, blank: bool) -> None:
    site.upload()
    site.fault, site.blank = fault, blank
    for _ in range(int(timedelta(hours=1) / LONGEST_WAIT)):
        site.sweep()
    assert site.poison() == []
    site.fault = None
    assert site.sweep().done == 1


def test_a_picture_on_which_the_face_api_fails_alone_is_set_aside(site: Site) -> None:
    name = site.upload()
    site.fault = FaceApiFailing("500")
    for _ in range(TOUCHES_FIRST + MOST_STRIKES):
        site.sweep()
    assert site.sweep() == Swept(poisoned=1)
    assert site.poison() == [name]


def test_what_is_misnamed_or_unreadable_is_set_aside(site: Site) -> None:
    site.blobs.upload_blob("holiday.bmp", b"x")
    for _ in range(TOUCHES_FIRST):
        site.sweep()
    assert site.sweep() == Swept(poisoned=1)
    site.upload()
    site.fault = PictureUnreadable("InvalidImage")
    for _ in range(TOUCHES_FIRST):
        site.sweep()
    assert site.sweep() == Swept(poisoned=1)


def test_a_count_that_a_stranger_wrote_is_not_believed(site: Site) -> None:
    name = pictures.name()
    site.blobs.upload_blob(name, b"x", metadata={"touches": "-1e9", "strikes": "²"})
    assert site.sweep() == Swept(touched=1)
