"""Storage whose certificate a private authority signed, as a Stack Hub's often is."""

import http.server
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from function_app.errors import StorageUnavailable
from function_app.settings import WorkerSettings
from function_app.storage.container import Container
from infra.drill.scene import authority


class Refusing(http.server.BaseHTTPRequestHandler):
    """Whoever gets this far has agreed on TLS."""

    def do_GET(self) -> None:
        self.send_response(403)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A connection string for a TLS server, and the roots that vouch for it."""
    roots, certificate, key = authority("localhost")
    for name, text in (("roots.pem", roots), ("certificate", certificate), ("key", key)):
        (tmp_path / name).write_text(text)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "certificate", tmp_path / "key")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        endpoint = f"https://localhost:{server.server_port}/account"
        yield f"AccountName=account;AccountKey=a2V5;BlobEndpoint={endpoint}", tmp_path / "roots.pem"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def listed(connection_string: str) -> str:
    """What listing the container ends in."""
    settings = WorkerSettings.model_construct(
        picture_storage=SecretStr(connection_string), storage_api_version="2019-07-07"
    )
    container = Container.of(settings, "pictures", 1)
    try:
        with pytest.raises(StorageUnavailable) as fault:
            list(container.page(1).blobs)
    finally:
        container.close()
    return str(fault.value)


def test_the_authority_that_the_environment_names_is_trusted(
    storage: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    connection_string, roots = storage
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(roots))

    assert listed(connection_string) == "the storage answers 403"


def test_no_other_is(storage: tuple[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)

    assert listed(storage[0]) == "the storage can't be reached"
