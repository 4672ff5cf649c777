"""Peers that say nothing: they have their time, and nobody else waits for them."""

import asyncio
import socket
import ssl
from contextlib import ExitStack

import httpx
import pytest
from fastapi import FastAPI

from local.iot_edge import patience
from local.iot_edge.http_server import HttpServer
from local.iot_edge.mqtt.server import MOST_CONNECTIONS
from local.iot_edge.patience import MOST_OPEN
from tests.local_iot_edge.conftest import Served
from tests.local_iot_edge.test_mqtt import identity_of, peer, signed_in


def idle(silent: ExitStack, family: int, address: str | tuple[str, int]) -> None:
    """More connections than are kept: half of them say nothing, the others begin a request."""
    for number in range(MOST_OPEN + 50):
        one = silent.enter_context(socket.socket(family))
        one.settimeout(10)
        one.connect(address)
        if number % 2:
            one.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")


def test_silent_connections_keep_nobody_from_the_service_api(served: Served) -> None:
    about = served.running
    url = httpx.URL(about.service)
    with ExitStack() as silent:
        idle(silent, socket.AF_INET, (url.host, url.port or 0))
        headers = {"Authorization": f"Bearer {about.token}"}
        path = f"{about.service}/twins/edge-device/modules/{served.module}"
        assert httpx.get(path, headers=headers, trust_env=False).status_code == 200


def test_silent_connections_keep_nobody_from_the_workload_api(served: Served) -> None:
    address = served.running.modules[served.module].workload_socket
    with ExitStack() as silent:
        idle(silent, socket.AF_UNIX, address)
        with httpx.Client(transport=httpx.HTTPTransport(uds=address), base_url="http://workload") as client:
            assert client.get("/trust-bundle").status_code == 200


def test_connections_that_do_not_sign_in_keep_no_module_out(served: Served) -> None:
    identity = identity_of(served)
    with peer(served) as secure, ExitStack() as silent:
        assert signed_in(secure, identity, 2**31)[:2] == b"\x20\x02"
        for number in range(MOST_CONNECTIONS + 5):
            one = silent.enter_context(socket.create_connection((served.running.gateway, 8883), timeout=10))
            if number % 8:
                context = ssl.create_default_context(cafile=served.running.root_certificate)
                silent.enter_context(context.wrap_socket(one, server_hostname=served.running.gateway))
        secure.sendall(b"\xc0\x00")
        assert secure.recv(2) == b"\xd0\x00"  # who has signed in stays
        with peer(served) as newer:
            assert signed_in(newer, identity, 2**31)[:2] == b"\x20\x02"


@pytest.mark.parametrize("said", [b"", b"G", b"GET / HTTP/1.1\r\nHost: x\r\n", b"GET / HTTP/1.1\r\nHost: x\r\n\r\nG"])
async def test_who_sends_no_whole_head_is_hung_up_on(monkeypatch: pytest.MonkeyPatch, said: bytes) -> None:
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.2)
    server = HttpServer(FastAPI(openapi_url=None))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        await server.start(listening)
        async with asyncio.timeout(20):
            reader, writer = await asyncio.open_connection(*listening.getsockname())
            writer.write(said)
            try:
                answer = await reader.read()
            except ConnectionResetError:
                answer = b""
        assert answer.startswith(b"HTTP/1.1 404" if said.endswith(b"\nG") else b"")
        writer.close()
        await server.stop()
