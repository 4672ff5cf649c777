"""The module behind IoT Edge: the real SDK against the local stand-in."""

import secrets
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
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
    return {
        "SpoolFolder": str(folder / "spool"),
        "PICTURE_CONTAINER": container,
        "TelemetrySeconds": "1",
        "AllowedHosts": "127.0.0.1",
        "AllowTakePicture": "true",
    }


class Site:
    """A module at work, its hub, and its storage."""

    def __init__(self, hub: IotHub, edge: EdgeProcess, storage: StorageAccount, container: str) -> None:
        self.hub, self.edge, self.storage, self.container = hub, edge, storage, container

    def stored(self) -> list[str]:
        """Names of the pictures in storage."""
        with ContainerClient.from_connection_string(
            self.storage.connection_string, self.container, api_version="2019-07-07"
        ) as client:
            return [name for name in client.list_blob_names() if name.endswith(".jpg")]


@contextmanager
def at_work(
    folder: Path, storage: StorageAccount, guests: Path, lifetime: timedelta = timedelta(hours=1)
) -> Iterator[Site]:
    """A module that has everything from its twin; `lifetime` is its first SAS's."""
    container = f"pictures-{secrets.token_hex(4)}"
    storage.create_container(container)
    desired = {
        "Store": "north",
        "Camera": "door-1",
        "PictureStorage": storage.upload_connection_string(container, lifetime),
        "TimeBetweenPicturesInSeconds": 1,
        "ObjectsOfInterest": '["person"]',
    }
    with (
        iot_hub(folder / "hub", desired) as hub,
        EdgeProcess(["--source", str(guests)], {**hub.environment, **settings(folder, container)}) as edge,
    ):
        hub.until(lambda reported: reported.get("camera", {}).get("state") == "on")
        yield Site(hub, edge, storage, container)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, storage: StorageAccount, guests: Path) -> Iterator[Site]:
    """One for all tests that leave it as it was."""
    with at_work(tmp_path_factory.mktemp("site"), storage, guests) as running:
        running.edge.until(lambda: running.edge.counts.get("pictures"))
        yield running


def model_of(reported: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = reported.get("model", {})
    return found


def test_an_expired_sas_is_reported_and_a_new_one_from_the_twin_sends_what_waited(
    tmp_path: Path, storage: StorageAccount, guests: Path
) -> None:
    with at_work(tmp_path, storage, guests, -timedelta(hours=1)) as site:
        site.hub.until(lambda reported: reported.get("lastError"))
        site.edge.until(lambda: site.edge.counts.get("spooled", 0) >= 2)
        (failed,) = site.edge.logged("upload failed")
        assert "SAS" in failed["hint"]
        assert not site.stored()
        site.hub.desire(PictureStorage=site.storage.upload_connection_string(site.container))
        site.edge.until(lambda: len(site.stored()) >= 2)
        site.hub.until(lambda reported: not reported.get("lastError"))
        assert all(name.startswith("north/door-1/") for name in site.stored()), "as the twin at start names the place"


def test_what_is_reported_is_complete(site: Site) -> None:
    reported = site.hub.reported()
    assert reported["version"]
    assert model_of(reported)["sha256"] == "built-in"
    assert reported["camera"] == {"state": "on"}
    assert reported["frames"] > 0
    assert reported["spool"].keys() == {"waitingHours", "percentFull", "losing"}


def test_nothing_of_people_is_reported(site: Site) -> None:
    """No figure that grows with each picture, no time of one: they would tell of presence. Still ones are posters."""
    site.edge.until(lambda: site.edge.counts.get("pictures"))
    reported = {name for name in site.hub.reported() if not name.startswith("$")}
    assert reported <= {"version", "settings", "model", "camera", "frames", "stillFigures", "spool", "lastError"}
    assert site.hub.call("status")[1].keys() == reported | {"lastError"}


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


def test_a_twin_that_names_a_strangers_host_is_refused_and_not_one_byte_reaches_it(site: Site) -> None:
    sas = site.storage.upload_connection_string(site.container).partition("SharedAccessSignature=")[2]
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        stranger.setblocking(False)
        host = f"localhost:{stranger.getsockname()[1]}"
        for patch in (
            {"PictureStorage": f"BlobEndpoint=http://{host}/thief;SharedAccessSignature={sas}"},
            {"ModelZipUrl": f"http://{host}/model.zip", "ModelZipSha256": "0" * 64},
            {"PictureStorage": f"BlobEndpoint=http://10.0.0.5/thief;SharedAccessSignature={sas}"},
        ):
            name = next(iter(patch))
            site.hub.desire(**patch)
            refused = site.hub.until(lambda reported: reported["settings"].get("refused"))["settings"]["refused"]
            assert refused.keys() == {name}
            assert not any(part in str(refused) for part in (host, sas, "10.0.0.5"))
            before = site.edge.counts["pictures"]
            site.edge.until(lambda before=before: site.edge.counts["pictures"] >= before + 2)  # type: ignore[misc]
            with pytest.raises(BlockingIOError):
                stranger.accept()
            good = site.storage.upload_connection_string(site.container)
            site.hub.desire(**{**dict.fromkeys(patch), "PictureStorage": good})
            site.hub.until(lambda reported: not reported["settings"].get("refused"))
    said = " ".join(site.edge.lines)
    assert host not in said
    assert sas not in said


def test_values_that_cannot_be_judged_end_nothing_and_the_next_patch_is_taken(site: Site) -> None:
    for patch in (
        {"ObjectsOfInterest": "[" * 2000},
        {"event": "a log line's own word"},
        {"CameraSource": "w" * 300},
        {"ModelZipUrl": "https://models..example/m.zip", "ModelZipSha256": "0" * 64},
    ):
        site.hub.desire(**patch)
        site.hub.until(lambda reported: reported["settings"].get("refused"))
        site.hub.desire(**dict.fromkeys(patch))
        site.hub.until(lambda reported: not reported["settings"].get("refused"))
    assert site.edge.process.poll() is None


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
    assert (status, payload) == (200, {})
    site.edge.until(lambda: site.edge.counts["pictures"] > before)
    assert site.hub.call("purgeSpool") == (200, {})
    assert site.hub.call("reloadModel") == (200, {})
    assert site.hub.call("selfDestruct")[0] == 404


def test_a_heartbeat_goes_out_that_says_nothing_of_people(site: Site) -> None:
    site.edge.until(lambda: len(site.hub.messages()) >= 2)
    newest = site.hub.messages()[-1]
    assert newest["output"] == "heartbeat"
    assert newest["body"].keys() == {"schema", "store", "camera", "at"}


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
    site.hub.desire(Camera="door-1")


def test_it_ends_gracefully(tmp_path: Path, storage: StorageAccount, guests: Path) -> None:
    with at_work(tmp_path, storage, guests) as site:
        site.edge.until(lambda: site.edge.counts.get("pictures", 0) >= 2)
        site.hub.until(lambda reported: reported.get("spool") == {"waitingHours": 0, "percentFull": 0, "losing": False})
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
