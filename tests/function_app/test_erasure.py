"""Forgetting everyone on request: it waits for the service, says each try, and says when it gives up."""

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from function_app import erasure, log

KEY = "a key for erasing only, of this test"


@contextmanager
def service(*statuses: int) -> Iterator[tuple[str, list[tuple[str, str | None]]]]:
    """A service that answers DELETE with these, one after the other; what it was asked."""
    asked: list[tuple[str, str | None]] = []
    answers = iter(statuses)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_DELETE(self) -> None:
            asked.append((self.path, self.headers.get("Ocp-Apim-Subscription-Key")))
            self.send_response(next(answers))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Clock:
    """Time that passes only by waiting."""

    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> float:
        return self.time

    def wait(self, seconds: float) -> None:
        self.time += seconds


def events(text: str) -> list[str]:
    return [json.loads(line)["event"] for line in text.splitlines()]


def test_the_memory_is_forgotten_with_the_erasing_key(capsys: pytest.CaptureFixture[str]) -> None:
    log.to_stderr()
    clock = Clock()
    with service(200) as (endpoint, asked):
        assert erasure.forget(endpoint, "shop", KEY, clock.now, clock.wait) == 0

    assert asked == [("/visitors/v1/shop", KEY)]
    assert events(capsys.readouterr().err) == ["visitor memory erased"]


def test_a_service_that_is_away_is_waited_for_one_line_a_try(capsys: pytest.CaptureFixture[str]) -> None:
    log.to_stderr()
    clock = Clock()
    with service(503, 503, 200) as (endpoint, _):
        assert erasure.forget(endpoint, "shop", KEY, clock.now, clock.wait) == 0

    assert events(capsys.readouterr().err) == ["erasure waits", "erasure waits", "visitor memory erased"]


def test_giving_up_is_said_in_the_words_that_the_alert_waits_for(capsys: pytest.CaptureFixture[str]) -> None:
    log.to_stderr()
    clock = Clock()

    assert erasure.forget("http://127.0.0.1:1", "shop", KEY, clock.now, clock.wait) == 1

    said = events(capsys.readouterr().err)
    assert said[-1] == "erasure failed"
    assert clock.time == erasure.SECONDS_IN_ALL


def test_a_refusal_is_not_asked_again(capsys: pytest.CaptureFixture[str]) -> None:
    log.to_stderr()
    clock = Clock()
    with service(401) as (endpoint, asked):
        assert erasure.forget(endpoint, "shop", KEY, clock.now, clock.wait) == 1

    assert len(asked) == 1
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["why"]) == ("erasure failed", "status 401")
    assert KEY not in json.dumps(line)


def test_the_key_is_a_file_of_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "FACE_API_ERASING_KEY").write_text(KEY)
    monkeypatch.setenv("SECRETS_DIR", str(tmp_path))
    monkeypatch.setenv("FACE_API_ENDPOINT", "http://face-api:5000")
    monkeypatch.setenv("VISITOR_MEMORY", "shop")

    assert erasure.settings() == ("http://face-api:5000", "shop", KEY)


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("SECRETS_DIR", *erasure.NAMES):
        monkeypatch.delenv(name, raising=False)

    assert erasure.main() == 2
    assert "FACE_API_ENDPOINT is missing" in capsys.readouterr().err
