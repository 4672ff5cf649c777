"""Which answers of storage mean that a picture is there, and what becomes of it after all others."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge.errors import UploadFailed
from edge.forward import Forwarder
from edge.spool.spool import Bounds
from edge.upload import ITS_OWN, PictureStorage
from tests.edge.test_spool import ROOMY, picture, spool_in


class Storage(http.server.ThreadingHTTPServer):
    """Answers every PUT as told: (status, code), by the blob's name or, without it, by ""."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Put)
        self.answers: dict[str, tuple[int, str]] = {"": (201, "")}
        self.asked: list[str] = []
        self.seen = threading.Condition()

    @property
    def connection(self) -> str:
        return f"BlobEndpoint=http://127.0.0.1:{self.server_port}/a;SharedAccessSignature=sig=x"


class Put(http.server.BaseHTTPRequestHandler):
    """One request."""

    server: Storage

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        name = self.path.partition("?")[0].partition("/a/c/")[2]
        status, code = self.server.answers.get(name, self.server.answers[""])
        self.send_response(status)
        if code.startswith("http"):
            self.send_header("Location", code)
        elif code:
            self.send_header("x-ms-error-code", code)
        self.send_header("Content-Length", "0")
        self.end_headers()
        with self.server.seen:
            self.server.asked.append(name)
            self.server.seen.notify_all()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def storage() -> Iterator[tuple[Storage, PictureStorage]]:
    """A server that answers as told, and a client of its container c."""
    server = Storage()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    client = PictureStorage(server.connection, "c", "2019-07-07")
    try:
        yield server, client
    finally:
        client.close()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "code"), [(201, ""), (409, "BlobAlreadyExists"), (403, "UnauthorizedBlobOverwrite")]
)
def test_created_or_already_there_means_stored(status: int, code: str) -> None:
    with storage() as (server, client):
        server.answers[""] = (status, code)
        client.put(picture())


CODES = st.sampled_from(
    [
        "",
        "AccountBeingCreated",
        "ContainerAlreadyExists",
        "ContainerBeingDeleted",
        "ContainerNotFound",
        "OperationNotAllowedInCurrentState",
        "ResourceAlreadyExists",
        "ServerBusy",
        "Blob-Already-Exists\\x00",
        *sorted(ITS_OWN),
    ]
) | st.from_regex(r"[ -~]{0,80}", fullmatch=True).filter(
    lambda code: code not in {"BlobAlreadyExists", "UnauthorizedBlobOverwrite"}
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.sampled_from([200, 202, 204, 400, 403, 404, 409, 412, 413, 416, 429, 500, 503]), CODES), max_size=5
    )
)
def test_no_other_answer_means_stored(answers: list[tuple[int, str]]) -> None:
    with storage() as (server, client):
        for answer in answers:
            server.answers[""] = answer
            with pytest.raises(UploadFailed) as failed:
                client.put(picture())
            assert failed.value.reason.isalnum()
            assert len(failed.value.reason) <= 60


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_picture_follows_no_redirect(status: int) -> None:
    with storage() as (elsewhere, _), storage() as (server, client):
        server.answers[""] = (status, f"http://127.0.0.1:{elsewhere.server_port}/a/c/x")
        with pytest.raises(UploadFailed):
            client.put(picture())
        assert not elsewhere.asked


@pytest.mark.parametrize("code", ["ContainerBeingDeleted", "AccountBeingCreated", "OperationNotAllowedInCurrentState"])
def test_what_storage_did_not_take_stays_in_the_spool_and_goes_when_it_does(
    tmp_path: Path, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge.forward.FIRST_PAUSE", 0.02)
    with storage() as (server, client), spool_in(tmp_path) as spool:
        server.answers[""] = (409, code)
        spool.put(picture(), ROOMY)
        with Forwarder(spool, lambda: client) as forwarder:
            with server.seen:
                assert server.seen.wait_for(lambda: len(server.asked) >= 3, 20)
            assert (spool.waiting, spool.dropped, forwarder.last_error) == (1, 0, code)
            server.answers[""] = (201, "")
            assert spool.wait_empty(20)


def test_a_picture_that_storage_refuses_by_itself_holds_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge.forward.FIRST_PAUSE", 0.02)
    with storage() as (server, client), spool_in(tmp_path) as spool:
        server.answers[picture(0).name] = (409, "BlobImmutableDueToPolicy")
        for number in range(4):
            spool.put(picture(number), ROOMY)
        with Forwarder(spool, lambda: client), server.seen:
            assert server.seen.wait_for(lambda: picture(3).name in server.asked, 20)
        assert spool.waiting == 1
        spool.shrink(Bounds(0, 10**6))
        assert spool.dropped == 1


def test_a_connection_that_cannot_be_used_is_an_upload_that_failed_and_the_next_one_is_tried(tmp_path: Path) -> None:
    with storage() as (_, client), spool_in(tmp_path) as spool:
        connections: list[PictureStorage | Exception] = [
            UploadFailed("ValueError", "PictureStorage can't be used; set another"),
            client,
        ]

        def connect() -> PictureStorage:
            found = connections.pop(0)
            if isinstance(found, Exception):
                raise found
            return found

        spool.put(picture(), ROOMY)
        with Forwarder(spool, connect) as forwarder:
            forwarder.reconnect()
            assert spool.wait_empty(20)
            assert forwarder.failure is None


@settings(deadline=None)
@given(st.text(st.characters(codec="ascii"), max_size=40))
def test_no_connection_string_raises_anything_but_upload_failed(endpoint: str) -> None:
    try:
        client = PictureStorage(f"BlobEndpoint={endpoint};SharedAccessSignature=sig=x", "c", "2019-07-07")
    except UploadFailed:
        return
    client.close()
