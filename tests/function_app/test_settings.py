"""Settings: refused at start on one line that names each wrong one, and never its value."""

import subprocess
import sys
from datetime import UTC, datetime

import pytest

from function_app.errors import SettingsInvalid
from function_app.settings import WorkerSettings, load
from local.child import ROOT

RIGHT = {
    "PictureStorage": "UseDevelopmentStorage=true",
    "EventHub": "Endpoint=sb://localhost;SharedAccessKeyName=send;SharedAccessKey=x;UseDevelopmentEmulator=true",
    "EVENT_HUB_NAME": "visits",
    "FACE_API_ENDPOINT": "http://face-api:5000",
    "FACE_API_KEY": "the key",
    "ANONYMIZATION_KEY": "a" * 32,
    "VISITOR_MEMORY": "shop",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in RIGHT.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_what_is_not_set_has_the_documented_default(environment: pytest.MonkeyPatch) -> None:
    settings = load(WorkerSettings)
    assert (settings.picture_container, settings.poison_container) == ("pictures", "pictures-poison")
    assert settings.pool_container == "pictures-pool"
    assert (settings.rules.least, settings.day_start) == (5, "00:00")
    assert settings.storage_api_version == "2019-07-07"
    assert settings.attributes == ("age", "gender", "emotion")
    assert settings.picture_retention_minutes == 1440
    assert (settings.concurrency, settings.poll_seconds, settings.lease_seconds) == (4, 0.1, 30)


@pytest.mark.parametrize(
    ("listed", "attributes"), [("", ()), (" emotion , age", ("age", "emotion")), ("gender", ("gender",))]
)
def test_attributes_are_those_listed_and_none_when_the_list_is_empty(
    environment: pytest.MonkeyPatch, listed: str, attributes: tuple[str, ...]
) -> None:
    environment.setenv("FACE_ATTRIBUTES", listed)
    assert load(WorkerSettings).attributes == attributes


def test_a_rotation_has_a_previous_key_and_a_moment(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("ANONYMIZATION_KEY_PREVIOUS", "p" * 32)
    environment.setenv("ANONYMIZATION_KEY_SINCE", "2026-11-22T12:00:00Z")
    keys = load(WorkerSettings).keys
    assert (keys.previous, keys.since) == (b"p" * 32, datetime(2026, 11, 22, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ANONYMIZATION_KEY", "too short", "ANONYMIZATION_KEY: must have at least 32 bytes"),
        ("FACE_API_ENDPOINT", "face-api", "FACE_API_ENDPOINT: "),
        ("FACE_API_ENDPOINT", "http://user:password@face-api", "FACE_API_ENDPOINT: "),
        ("FACE_ATTRIBUTES", "age,iris", "FACE_ATTRIBUTES: is a comma list out of age,gender,emotion"),
        ("ANONYMIZATION_KEY_PREVIOUS", "p" * 32, "ANONYMIZATION_KEY_PREVIOUS and ANONYMIZATION_KEY_SINCE go together"),
        ("ANONYMIZATION_KEY_SINCE", "2026-11-22T12:00:00", "ANONYMIZATION_KEY_SINCE: "),
        ("PICTURE_CONTAINER", "Pictures!", "PICTURE_CONTAINER: "),
        ("STORAGE_API_VERSION", "latest", "STORAGE_API_VERSION: "),
        ("VISITOR_MEMORY", "../secrets", "VISITOR_MEMORY: "),
        ("PICTURE_RETENTION_MINUTES", "nan", "PICTURE_RETENTION_MINUTES: "),
        ("WORKER_LEASE_SECONDS", "61", "WORKER_LEASE_SECONDS: "),
        ("MIN_GROUP", "-1", "MIN_GROUP: "),
        ("DAY_START", "25:00", "DAY_START: is a time of day such as 04:00"),
        ("DAY_START", "04:00 Mars/Olympus", "DAY_START: names a time zone that is not known"),
    ],
)
def test_a_wrong_setting_is_named_without_its_value(
    environment: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    environment.setenv(name, value)
    with pytest.raises(SettingsInvalid) as refusal:
        load(WorkerSettings)
    assert said in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert value not in str(refusal.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"PictureStorage": "nonsense"}, ["PictureStorage"]),
        ({"EventHub": "nonsense"}, ["EventHub"]),
        ({"FACE_API_KEY": "", "ANONYMIZATION_KEY": "short"}, ["FACE_API_KEY", "ANONYMIZATION_KEY"]),
    ],
)
def test_the_worker_ends_with_status_2_and_one_line_that_names_all_that_is_wrong(
    change: dict[str, str], said: list[str]
) -> None:
    command = [sys.executable, "-m", "function_app.worker"]
    ended = subprocess.run(
        command, env={**RIGHT, **change}, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.count("\n") == 1
    assert all(name in ended.stderr for name in said)
    assert "nonsense" not in ended.stderr
