"""What an operator reads when the storage refuses: its status, and its own word for it where that is one we know."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pydantic import SecretStr

from function_app import log
from function_app.errors import StorageUnavailable
from function_app.settings import WorkerSettings
from function_app.storage.container import Container


@contextmanager
def refusing(status: int, code: str | None) -> Iterator[str]:
    """The connection string of a storage that answers every request so."""

    class Refusing(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            if code:
                self.send_header("x-ms-error-code", code)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"AccountName=account;AccountKey=a2V5;BlobEndpoint=http://127.0.0.1:{server.server_port}/account"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (400, "InvalidQueryParameterValue", "the storage answers 400: InvalidQueryParameterValue"),
        (403, "AuthenticationFailed", "the storage answers 403: AuthenticationFailed"),
        (403, None, "the storage answers 403"),
        (403, "TheirOwnWordForThis", "the storage answers 403"),
    ],
)
def test_the_storages_own_word_is_said_if_it_is_one_of_the_known(status: int, code: str | None, said: str) -> None:
    """Finding 32: without it a wrong endpoint looks like an outage, for ever."""
    with refusing(status, code) as connection_string:
        settings = WorkerSettings.model_construct(
            picture_storage=SecretStr(connection_string), storage_api_version="2019-07-07"
        )
        container = Container.of(settings, "pictures", 1)
        with pytest.raises(StorageUnavailable) as fault:
            list(container.page(1).blobs)
        container.close()

    assert str(fault.value) == said
    assert log.keep_plain(None, "", {"what": said}) == {"what": said}
