"""The module behind IoT Edge: the real SDK against the local stand-in."""

import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import ContainerClient

from local.azurite import StorageAccount
from tests.edge.model_zips import dev_kit_zip, served, sha256, zipped
from tests.edge.processes.edge_process import EdgeProcess
from tests.edge.processes.iot_hub import IotHub, iot_hub
from tests.edge.scenes import photograph, shop, with_guest, write_video


@pytest.fixture(scope="module")
def guests(tmp_path_factory: pytest.TempPathFactory, photographs: list[Path]) -> Path:
    """Five minutes of guests who shift from foot to foot."""
    one = photograph(photographs[0])
    steps = [with_guest(shop(640, 360), one, left=100 + 3 * step, height=330) for step in range(10)]
    return write_video(tmp_path_factory.mktemp("footage") / "guests.mp4", steps * 60, rate=2)


def settings(folder: Path, container: str) -> dict[str, str]:
    """What belongs to the machine rather than to the twin."""
    return {"SpoolFolder": str(folder / "spool"), "PICTURE_CONTAINER": container, "TelemetrySeconds": "1"}


class Site:
    """A module at work, its hub, and its storage."""

    def __init__(self, hub: IotHub, edge: EdgeProcess, storage: StorageAccount, container: str) -> None:
        self.hub, self.edge, self.storage, self.container = hub, edge, storage, container

    def stored(self) -> list[str]:
        """Names of the pictures in storage."""
        with ContainerClient.from_connection_string(
            self.storage.connection_string, self.container, api_version="2019-07-07"
        ) as client:
            return list(client.list_blob_names())


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, storage: StorageAccount, guests: Path) -> Iterator[Site]:
    """A module that has everything from its twin; its first SAS has run out."""
    folder = tmp_path_factory.mktemp("site")
    container = "pictures-iot"
    storage.create_container(container)
    desired = {
        "Store": "north",
        "Camera": "door-1",
        "PictureStorage": storage.upload_connection_string(container, lifetime=-timedelta(hours=1)),
        "TimeBetweenPicturesInSeconds": 1,
        "ObjectsOfInterest": '["person"]',
    }
    with (
        iot_hub(folder / "hub", desired) as hub,
        EdgeProcess(["--source", str(guests)], {**hub.environment, **settings(folder, container)}) as edge,
    ):
        hub.until(lambda reported: reported.get("camera", {}).get("state") == "on")
        yield Site(hub, edge, storage, container)


def model_of(reported: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = reported.get("model", {})
    return found


def test_an_expired_sas_is_reported_and_a_new_one_from_the_twin_sends_what_waited(site: Site) -> None:
    site.hub.until(lambda reported: reported.get("lastError"))
    site.edge.until(lambda: site.edge.counts.get("spooled", 0) >= 2)
    (failed,) = site.edge.logged("upload failed")
    assert "SAS" in failed["hint"]
    assert not site.stored()
    site.hub.desire(PictureStorage=site.storage.upload_connection_string(site.container))
    site.edge.until(lambda: len(site.stored()) >= 2)
    site.hub.until(lambda reported: not reported.get("lastError"))


def test_the_twin_at_start_names_the_place(site: Site) -> None:
    site.edge.until(site.stored)
    assert all(name.startswith("north/door-1/") for name in site.stored())


def test_what_is_reported_is_complete(site: Site) -> None:
    reported = site.hub.reported()
    assert reported["version"]
    assert model_of(reported)["sha256"] == "built-in"
    assert reported["camera"] == {"state": "on"}
    assert {"frames", "framesWithPeople", "pictures"} <= reported["counts"].keys()
    assert {"pictures", "bytes", "oldestSeconds", "dropped"} <= reported["spool"].keys()


def test_a_live_patch_takes_effect_without_a_restart(site: Site) -> None:
    version = site.hub.reported()["settings"]["version"]
    site.hub.desire(Camera="door-2")
    site.hub.until(lambda reported: reported["settings"]["version"] > version)
    site.edge.until(lambda: any(name.startswith("north/door-2/") for name in site.stored()))
    site.hub.desire(Camera="door-1")
    assert site.edge.process.poll() is None


def test_a_bad_patch_is_refused_whole_with_a_reason_for_each_property(site: Site) -> None:
    site.hub.desire(Camera="door-3", JpegQuality=300, Colour="red")
    refused = site.hub.until(lambda reported: reported["settings"].get("refused"))["settings"]["refused"]
    assert refused.keys() == {"JpegQuality", "Colour"}
    before = site.edge.counts["pictures"]
    site.edge.until(lambda: site.edge.counts["pictures"] >= before + 2)
    site.hub.desire(JpegQuality=None, Colour=None, Camera="door-1")
    site.hub.until(lambda reported: not reported["settings"].get("refused"))
    assert not any("door-3" in name for name in site.stored())


def test_a_new_model_takes_over_live_and_the_built_in_one_returns(site: Site, weights: Path) -> None:
    content = dev_kit_zip((weights / "person_detector.tflite").read_bytes())
    with served(content) as url:
        site.hub.desire(ModelZipUrl=url, ModelZipSha256=sha256(content))
        site.hub.until(lambda reported: model_of(reported)["sha256"] == sha256(content))
        before = site.edge.counts["pictures"]
        site.edge.until(lambda: site.edge.counts["pictures"] >= before + 2)
        site.hub.desire(ModelZipUrl=None, ModelZipSha256=None)
        site.hub.until(lambda reported: model_of(reported)["sha256"] == "built-in")


@pytest.mark.parametrize(
    ("content", "named", "reason"),
    [
        (dev_kit_zip(b"no model"), None, "not a TFLite model"),
        (b"no zip", None, "corrupt"),
        (zipped({"../model.tflite": b"m"}), None, "leads out"),
        (b"anything", "0" * 64, "ModelZipSha256"),
    ],
)
def test_a_bad_model_is_refused_and_reported_and_the_old_one_goes_on(
    site: Site, content: bytes, named: str | None, reason: str
) -> None:
    with served(content) as url:
        site.hub.desire(ModelZipUrl=url, ModelZipSha256=named or sha256(content))
        reported = site.hub.until(lambda reported: reason in (model_of(reported).get("error") or ""))
        assert model_of(reported)["sha256"] == "built-in"
        before = site.edge.counts["frames"]
        site.edge.until(lambda: site.edge.counts["frames"] > before)
        status, payload = site.hub.call("reloadModel")
        assert (status, reason in payload["reason"]) == (409, True)
    site.hub.desire(ModelZipUrl=None, ModelZipSha256=None)
    site.hub.until(lambda reported: not model_of(reported).get("error"))


def test_direct_methods_answer(site: Site) -> None:
    assert site.hub.call("ping") == (200, {"pong": True})
    status, payload = site.hub.call("status")
    assert (status, payload["camera"]) == (200, {"state": "on"})
    before = site.edge.counts["pictures"]
    status, payload = site.hub.call("takePicture")
    assert status == 200
    assert payload["people"] >= 1
    site.edge.until(lambda: site.edge.counts["pictures"] > before)
    status, payload = site.hub.call("purgeSpool")
    assert (status, type(payload["purged"])) == (200, int)
    assert site.hub.call("reloadModel") == (200, {})
    assert site.hub.call("selfDestruct")[0] == 404


def test_counts_go_out_and_hold_numbers_only(site: Site) -> None:
    def counts() -> list[dict[str, Any]]:
        return [message["body"] for message in site.hub.messages() if message["output"] == "counts"]

    site.edge.until(lambda: len(counts()) >= 2)
    newest = counts()[-1]
    assert newest.keys() == {"schema", "store", "camera", "at", "seconds", "frames", "peopleMax", "peopleMean"}
    assert newest["peopleMax"] >= newest["peopleMean"] > 0


def test_when_the_broker_is_killed_and_comes_back_the_module_goes_on(site: Site) -> None:
    before, known = site.edge.counts["pictures"], len(site.hub.messages())
    site.hub.kill()
    site.edge.until(lambda: site.edge.logged("hub unreachable"), seconds=60)
    site.edge.until(lambda: site.edge.counts["pictures"] >= before + 2)
    site.hub.start()
    site.hub.desire(Camera="door-4")
    site.edge.until(lambda: any(name.startswith("north/door-4/") for name in site.stored()), seconds=60)
    site.edge.until(lambda: len(site.hub.messages()) > known, seconds=60)
    assert site.edge.process.poll() is None


def test_it_ends_gracefully(site: Site) -> None:
    site.edge.process.send_signal(signal.SIGTERM)
    assert site.edge.wait(30) == 0
    assert site.edge.counts["spooled"] == 0


def test_a_wrong_twin_at_start_is_refused_in_one_line_and_reported(tmp_path: Path, guests: Path) -> None:
    with (
        iot_hub(tmp_path / "hub", {"Store": "North Shop", "JpegQuality": 1}) as hub,
        EdgeProcess(["--source", str(guests)], {**hub.environment, **settings(tmp_path, "pictures")}) as edge,
    ):
        assert edge.wait() == 2
        assert "Store: expected" in edge.lines[-1]
        assert hub.reported()["settings"]["refused"].keys() == {"Store", "JpegQuality"}
