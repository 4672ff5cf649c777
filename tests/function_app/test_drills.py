"""Fault drills with real processes: whatever fails, every picture ends as exactly its tally."""

import time
from collections.abc import Iterator

import pytest

from tests.function_app.site import Site
from tests.support.waiting import wait_until


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One site for all drills: it must be as good as new after each."""
    running = Site(tmp_path_factory.mktemp("site"))
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def as_good_as_new(site: Site) -> Iterator[None]:
    """Also after a drill that failed."""
    yield
    site.set_mode("instant")


async def test_when_the_face_api_misbehaves_the_pictures_stay_and_nothing_is_sent(site: Site) -> None:
    for mode, symptom in (
        ("slow", "FaceApiUnavailable"),
        ("throttled", "FaceApiThrottled"),
        ("failing", "FaceApiFailing"),
        ("garbage", "FaceApiAnswerInvalid"),
    ):
        site.set_mode(mode)
        before = len(site.uploaded)
        for _ in range(6):
            site.upload()
        wait_until(lambda why=symptom: _kept(site, why) > 0, f"the workers notice: {mode}", 30)  # type: ignore[misc]
        with site.client() as container:
            assert len(list(container.list_blob_names())) == len(site.uploaded) - before
        site.set_mode("instant")
        site.wait_until_done()
    assert await site.check() == 0, "nothing was sent twice, as nothing was killed"


async def test_each_process_is_killed_under_load_and_every_picture_has_exactly_its_tally(site: Site) -> None:
    with site.load():
        wait_until(lambda: site.done() > 10, "the load runs")
        site.kill_worker()
        site.kill_faces(down_seconds=1)
        site.kill_hubs(down_seconds=1)
        done = site.done()
        wait_until(lambda: site.done() > done + 10, "the workers go on", 30)
    site.wait_until_saved()
    for _ in range(10):
        site.upload()
    site.wait_until_saved()
    site.kill_azurite(down_seconds=1)
    site.wait_until_done()
    await site.check()
    assert len(site.uploaded) > 70
    assert site.logs.count("fault") == 0


async def test_when_event_hubs_refuses_the_pictures_stay_until_it_accepts(site: Site) -> None:
    site.upload()
    site.wait_until_done()
    with site.load(10):
        time.sleep(0.5)
        site.refuse_at_hubs(seconds=3)
    assert _kept(site, "NotAcknowledged") > 0
    site.wait_until_done()
    await site.check()


def _kept(site: Site, why: str) -> int:
    return sum(line.event == "outage" and line.fields["why"] == why for line in list(site.logs.lines))
