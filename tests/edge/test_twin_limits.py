"""What a twin may not do: say where pictures go or models come from, name files, or make any value a fault."""

import string
from collections.abc import Mapping
from urllib.parse import urlsplit

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue
from urllib3.util import parse_url

from edge.addresses import Host, host, http_host
from edge.camera.choose import check_camera
from edge.errors import SettingsRefused
from edge.iot.methods import answer
from edge.settings import NAMES, TWIN_NAMES, resolve
from edge.settings_in_force import SettingsInForce

SAS = "SharedAccessSignature=sv=2019-07-07&sr=c&sig=x"
DEVICE = {
    "AllowedHosts": "account.blob.hub.example,models.example:8443",
    "PictureStorage": f"BlobEndpoint=https://account.blob.hub.example/;{SAS}",
}


def refused(twin: Mapping[str, JsonValue], environment: Mapping[str, str] = DEVICE) -> dict[str, str]:
    with pytest.raises(SettingsRefused) as error:
        resolve(environment, twin)
    return error.value.reasons


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://thief.example/",
        "https://account.blob.hub.example.thief.example/",
        "https://account.blob.hub.example@thief.example/",
        "https://thief.example\\@account.blob.hub.example/",
        "https://thief.example#@account.blob.hub.example/",
        "https://thief.example?@account.blob.hub.example/",
        "https://account.blob.hub.example:443@thief.example/",
        "https://models.example:9000/",
        "http://account.blob.hub.example/",
        "http://127.0.0.1:18777/thief",
        "https://\taccount.blob.hub.example/",
        "https://account.blob.hub.example\n.thief.example/",
        "https://ACCOUNT.blob.hub.example。thief.example/",
    ],
)
def test_a_twin_cannot_send_pictures_or_fetch_models_elsewhere(endpoint: str) -> None:
    assert refused({"PictureStorage": f"BlobEndpoint={endpoint};{SAS}"}).keys() == {"PictureStorage"}
    assert "ModelZipUrl" in refused({"ModelZipUrl": f"{endpoint}m.zip", "ModelZipSha256": "a" * 64})


def test_a_second_endpoint_beside_the_allowed_one_is_not_used() -> None:
    twin: dict[str, JsonValue] = {
        "PictureStorage": f"BlobEndpoint=https://account.blob.hub.example/;{SAS};"
        "BlobSecondaryEndpoint=https://thief.example/;QueueEndpoint=https://thief.example/"
    }
    assert "thief" not in resolve(DEVICE, twin).storage_connection


def test_a_twin_may_change_the_sas_and_the_path_on_a_host_that_the_device_lists() -> None:
    twin: dict[str, JsonValue] = {
        "PictureStorage": f"BlobEndpoint=https://Account.blob.hub.example/path;{SAS}2",
        "ModelZipUrl": "https://models.example:8443/new.zip?sig=a",
        "ModelZipSha256": "a" * 64,
    }
    assert resolve(DEVICE, twin).storage_connection.endswith("sig=x2")


def test_without_a_list_a_twin_names_no_host_at_all() -> None:
    assert refused({"PictureStorage": DEVICE["PictureStorage"]}, {}).keys() == {"PictureStorage"}


def test_the_devices_own_environment_needs_no_list_but_tls() -> None:
    assert resolve({"PictureStorage": DEVICE["PictureStorage"]}).picture_host == Host("account.blob.hub.example", 443)
    assert "https" in refused({}, {"PictureStorage": f"BlobEndpoint=http://10.0.0.5/a;{SAS}"})["PictureStorage"]


@pytest.mark.parametrize("name", ["AllowedHosts", "AllowTakePicture", "SECRETS_DIR", "LogSeconds"])
def test_a_twin_cannot_allow_itself_anything(name: str) -> None:
    assert refused({name: "thief.example"}).keys() == {name}


@pytest.mark.parametrize("hosts", ["*", "a.example/", "https://a.example", "a:0", "a:99999", "[::zz]", "a..b", "-a"])
def test_a_list_of_hosts_with_a_mistake_is_refused_at_start(hosts: str) -> None:
    assert refused({}, {"AllowedHosts": hosts}).keys() == {"AllowedHosts"}


HOSTLIKE = st.text(string.ascii_letters + string.digits + ".-_:@/\\?#[]%&=;,~ \t\n\u3002\uff0e\u0130é", max_size=30)


@given(HOSTLIKE, st.sampled_from(["http", "https", "HTTPS", "https:"]))
def test_what_is_taken_for_an_address_means_the_same_host_to_every_library(rest: str, scheme: str) -> None:
    url = f"{scheme}://{rest}"
    try:
        found = http_host(url)
    except ValueError:
        return
    bare = found.name.strip("[]")
    assert urlsplit(url).hostname == bare
    assert (parse_url(url).host or "").strip("[]").lower() == bare
    prepared = requests.Request("GET", url).prepare().url or ""
    assert (urlsplit(prepared).hostname, urlsplit(prepared).port or found.port) == (bare, found.port)


@given(st.text(max_size=300))
def test_any_text_is_a_host_or_a_value_error(text: str) -> None:
    try:
        host(text)
        http_host(text)
    except ValueError:
        return


@pytest.mark.parametrize(
    "source", ["/etc/shadow", "/root", "rtsp:/admin:s3cret@10.0.0.5/live", "admin:s3cret@10.0.0.5:554/live", "w" * 300]
)
def test_a_twin_learns_of_no_file_and_gets_no_value_back(source: str) -> None:
    (reason,) = refused({"CameraSource": source}).values()
    assert reason == "expected an rtsp:// or rtsps:// address or the number of a camera"


@pytest.mark.parametrize(
    ("twin", "reason"),
    [
        ({"ObjectsOfInterest": "[" * 2000}, "expected a list"),
        ({"ObjectsOfInterest": {"0": "person"}}, "expected a list"),
        ({"ObjectsOfInterest": 5}, "expected a list"),
        ({"PictureStorage": f"BlobEndpoint=https://acct..blob.core.windows.net/;{SAS}"}, "host"),
        ({"PictureStorage": f"BlobEndpoint=https://{'a' * 64}.example/;{SAS}"}, "host"),
        ({"PictureStorage": f"BlobEndpoint=https://;{SAS}"}, "host"),
        ({"PictureStorage": f"BlobEndpoint=http://[::1:10000/;{SAS}"}, "host"),
        ({"PictureStorage": "BlobEndpoint=https://account.blob.hub.example/;SharedAccessSignature=a b\n"}, "expected"),
        ({"ModelZipUrl": "https://models..example/m.zip", "ModelZipSha256": "a" * 64}, "host"),
    ],
)
def test_values_that_once_ended_or_blinded_a_module_are_refused(twin: dict[str, JsonValue], reason: str) -> None:
    (said,) = refused(twin).values()
    assert reason in said


def test_a_cameras_number_may_be_a_number() -> None:
    assert resolve({}, {"CameraSource": 0}).source == "0"


def test_after_a_patch_that_cannot_be_judged_the_next_good_one_is_taken() -> None:
    settings = SettingsInForce({"CameraSource": "rtsp://10.0.0.1/live"})
    settings.check(check_camera)
    for value in ("w" * 300, "[" * 2000):
        assert settings.patch({"CameraSource": value, "ObjectsOfInterest": value[:1] * 2000})
        assert settings.refused
    assert settings.patch({"CameraSource": None, "ObjectsOfInterest": None, "JpegQuality": 80}) == {}
    assert settings.current.jpeg_quality == 80


def test_a_check_that_breaks_is_reported_and_the_settings_before_go_on() -> None:
    settings = SettingsInForce({})

    def breaks(_: object) -> None:
        raise RecursionError

    settings.check(breaks)
    assert settings.patch({"JpegQuality": 70}) == {"twin": "can't be judged (RecursionError)"}
    assert settings.current.jpeg_quality == resolve({}).jpeg_quality


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
PATCHES = st.dictionaries(st.sampled_from(sorted(NAMES)) | st.text(max_size=12), VALUES, max_size=5)


@given(st.lists(PATCHES, max_size=4))
def test_no_sequence_of_patches_breaks_anything_and_all_can_be_taken_back(patches: list[dict[str, JsonValue]]) -> None:
    settings = SettingsInForce({"CameraSource": "rtsp://10.0.0.1/live"})
    settings.check(check_camera)
    for patch in patches:
        reasons = settings.patch(patch)
        assert all(isinstance(reason, str) and "\n" not in reason for reason in reasons.values())
        assert "twin" not in reasons
    everything: dict[str, JsonValue] = dict.fromkeys(name for patch in patches for name in patch)
    assert settings.patch({**everything, "JpegQuality": 41}) == {}
    assert settings.current.jpeg_quality == 41


def test_a_twin_full_of_strangers_gets_an_answer_that_fits_into_a_report() -> None:
    reasons = refused({f"Setting{number}": "x" for number in range(5000)} | {"a b" * 5000: 1, "DayStart": "9:00 ../x"})
    assert len(str(reasons)) < 8000
    assert "DayStart" in reasons


class Device:
    """Controls of a device that was asked nothing yet."""

    def __init__(self, may_take_picture: bool) -> None:
        self.may_take_picture = may_take_picture
        self.asked = 0

    def take_picture(self) -> bool:
        self.asked += 1
        return True

    def purge_spool(self) -> None:
        self.asked += 1

    def reload_model(self) -> str | None:
        return None

    def status(self) -> dict[str, JsonValue]:
        return {}


def test_take_picture_is_refused_unless_the_device_allows_it() -> None:
    device = Device(resolve({}, None).allow_take_picture)
    status, payload = answer(device, "takePicture")
    assert (status, device.asked) == (403, 0)
    assert "AllowTakePicture" in str(payload)
    assert answer(Device(resolve({"AllowTakePicture": "true"}).allow_take_picture), "takePicture") == (200, {})


def test_every_twin_property_is_one_that_the_device_may_leave_to_the_twin() -> None:
    assert not TWIN_NAMES & {"AllowedHosts", "AllowTakePicture", "SpoolFolder", "SpoolKey", "MODELS_DIR"}
