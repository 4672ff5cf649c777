"""The worker's health page under peers that idle or mean ill."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import requests

from function_app.worker.health import HEAD_BYTES, HealthServer, Pulse

SILENT = 800
"""As many connections as a test may open beside what the others have open."""


@pytest.fixture
def server() -> Iterator[HealthServer]:
    running = HealthServer("127.0.0.1", 0, Pulse(), lambda: b"footfall 1\n")
    running.start()
    yield running
    running.stop()


def test_probes_are_answered_while_hundreds_of_connections_say_nothing(server: HealthServer) -> None:
    with ExitStack() as stack:
        for _ in range(SILENT):
            stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=5))
        for path in ("health", "metrics"):
            assert requests.get(f"http://127.0.0.1:{server.port}/{path}", timeout=5).status_code == 200


@pytest.mark.parametrize("head", [b"", b"\x16\x03\x01", b"GET /health\r\n", b"x" * 3 * HEAD_BYTES])
def test_a_connection_without_a_whole_head_is_hung_up_on(server: HealthServer, head: bytes) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as peer:
        peer.sendall(head)
        try:
            assert peer.recv(100) == b""
        except ConnectionResetError:
            return


def test_other_pages_and_methods_do_not_exist(server: HealthServer) -> None:
    root = f"http://127.0.0.1:{server.port}"
    assert requests.get(f"{root}/../etc", timeout=5).status_code == 404
    assert requests.post(f"{root}/health", timeout=5).status_code == 404
