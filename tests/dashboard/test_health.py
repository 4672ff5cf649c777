"""The health strip says what its sources say now, and "unknown" otherwise."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from dashboard.health import STALE, FileSource, Source, Strip, UrlSource, survey
from tests.dashboard.rows import at

NOW = at("2026-03-10 12:00:00")


def document(**fields: object) -> bytes:
    return json.dumps({"spooled": 2, "picturesWaiting": 3, "lagSeconds": 1.5, "at": NOW.isoformat()} | fields).encode()


@pytest.fixture
def health_url() -> Iterator[str]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/health" else 500)
            self.end_headers()
            self.wfile.write(document(spooled=10, lagSeconds=0.5))

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


async def test_amounts_add_up_and_the_longest_lag_counts(tmp_path: Path, health_url: str) -> None:
    (tmp_path / "health.json").write_bytes(document())
    sources: list[Source] = [FileSource(tmp_path / "health.json"), UrlSource(f"{health_url}/health")]
    assert await survey(sources, NOW) == Strip(12, 6, 1.5, sources=2, silent=0)


async def test_cameras_that_show_nothing_add_up(tmp_path: Path, health_url: str) -> None:
    (tmp_path / "health.json").write_bytes(document(camerasAway=2))
    sources: list[Source] = [FileSource(tmp_path / "health.json"), UrlSource(f"{health_url}/health")]
    assert (await survey(sources, NOW)).cameras_away == 2


async def test_a_failing_address_is_silent(health_url: str) -> None:
    assert await survey([UrlSource(f"{health_url}/broken")], NOW) == Strip(None, None, None, sources=1, silent=1)


@pytest.mark.parametrize(
    "content",
    [
        document(at=(NOW - STALE - timedelta(seconds=1)).isoformat()),
        document(spooled=-1),
        document(at="2026-03-10T12:00:00"),
        b"",
        b'{"spooled": 2',
        b"[]",
        b"\xff",
    ],
    ids=["stale", "negative", "no zone", "empty", "half written", "not an object", "not text"],
)
async def test_what_can_not_be_trusted_is_unknown(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "health.json").write_bytes(content)
    assert await survey([FileSource(tmp_path / "health.json")], NOW) == Strip(None, None, None, sources=1, silent=1)


async def test_no_file_is_unknown(tmp_path: Path) -> None:
    assert (await survey([FileSource(tmp_path / "none.json")], NOW)).silent == 1


async def test_a_source_may_know_only_some(tmp_path: Path) -> None:
    (tmp_path / "health.json").write_text(json.dumps({"lagSeconds": 7, "at": NOW.isoformat()}))
    assert await survey([FileSource(tmp_path / "health.json")], NOW) == Strip(None, None, 7, sources=1, silent=0)
