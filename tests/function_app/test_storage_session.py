"""How requests get to storage: as the SDK signed them, past any proxy, and not waited for longer than is said."""

import socket
from dataclasses import replace
from pathlib import Path

import pytest

from function_app.errors import BlobTaken, StorageUnavailable
from function_app.storage import container as module
from function_app.storage.container import Container
from local.azurite import StorageAccount
from tests.function_app import rig
from tests.function_app.test_patience import settings_of

NOWHERE = "http://127.0.0.1:9"


@pytest.mark.parametrize("name", ["shop/a b+c&d=e?f#g.jpg", "shop/%41~%2e'ä€.jpg", "shop/über/日本/(1),2;3.jpg"])
def test_a_blob_of_any_name_is_listed_leased_read_written_and_deleted(
    storage: StorageAccount, container: str, name: str
) -> None:
    blobs = Container.of(settings_of(storage, container), container, 2)
    with rig.client(storage, container) as strangers:
        strangers.upload_blob(name, b"x" * 300_000, metadata={"why": "a test"})
        assert [stored.name for stored in blobs.page(5, under=name[:7]).blobs] == [name]
        lease = blobs.blob(name).acquire(15)
        with pytest.raises(BlobTaken):
            blobs.blob(name).acquire(15)
        content = blobs.blob(name).read(lease)
        assert (content.read(), content.metadata) == (b"x" * 300_000, {"why": "a test"})
        blobs.write(f"{name}2", iter([b"in ", b"pieces"]), 9, {})
        assert strangers.download_blob(f"{name}2").readall() == b"in pieces"
        blobs.replace(f"{name}3", b"", {}, None)
        assert strangers.download_blob(f"{name}3").readall() == b""
        blobs.blob(name).delete(lease)
        assert list(strangers.list_blob_names()) == [f"{name}2", f"{name}3"]
    blobs.close()


def test_storage_is_asked_past_any_proxy_and_without_anyones_password(
    storage: StorageAccount, container: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password something\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for proxy in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(proxy, NOWHERE)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    blobs = Container.of(settings_of(storage, container), container, 2)
    assert not blobs.page(5).blobs
    blobs.close()


def test_storage_that_takes_a_request_and_says_nothing_is_given_up(
    storage: StorageAccount, container: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "READ_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        account = replace(storage, blob=f"http://127.0.0.1:{silent.getsockname()[1]}")
        blobs = Container.of(settings_of(account, container), container, 2)
        with pytest.raises(StorageUnavailable):
            blobs.page(5)
        blobs.close()
