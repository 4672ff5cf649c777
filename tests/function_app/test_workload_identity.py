"""The worker without a key: signs in to Event Hubs as its pod's own identity."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from function_app.errors import SettingsInvalid
from function_app.settings import WorkerSettings
from function_app.worker.sender import Sender

HOST = "example.servicebus.windows.net"


def settings(event_hub: str) -> WorkerSettings:
    return WorkerSettings.model_construct(event_hub=SecretStr(event_hub), event_hub_name="footfall")


def test_a_hosts_name_alone_means_the_pods_identity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables are those that the cluster's webhook sets."""
    (tmp_path / "token").write_text("a service account's token")
    monkeypatch.setenv("AZURE_CLIENT_ID", "00000000-0000-0000-0000-000000000001")
    monkeypatch.setenv("AZURE_TENANT_ID", "00000000-0000-0000-0000-000000000002")
    monkeypatch.setenv("AZURE_FEDERATED_TOKEN_FILE", str(tmp_path / "token"))

    assert isinstance(Sender.of(settings(HOST), lambda _: None), Sender)


def test_without_an_identity_it_is_said_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_FEDERATED_TOKEN_FILE"):
        monkeypatch.delenv(name, raising=False)

    with pytest.raises(SettingsInvalid, match="EventHub or EVENT_HUB_NAME is not usable"):
        Sender.of(settings(HOST), lambda _: None)
