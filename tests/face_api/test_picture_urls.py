"""Pictures by URL: what an attacker would ask for is refused, what the operator allows works."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv6Address
from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from face_api.errors import InvalidImageSize, InvalidURL
from face_api.pictures.addresses import is_public
from face_api.pictures.fetch import UrlFetcher, plain_client
from tests.face_api.pictures import DETECT, error_code
from tests.face_api.server import face_server


@contextmanager
def web_server(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[int]:
    """A web server on loopback; its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def send(handler: BaseHTTPRequestHandler, status: int, body: bytes = b"", **headers: str) -> None:
    """Answers a request."""
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


async def fetch(url: str, hosts: Sequence[str], addresses: dict[str, str] | None = None) -> bytes:
    """Through a fetcher whose name server knows just these names."""

    async def resolve(host: str, port: int) -> Sequence[str]:
        return [(addresses or {}).get(host, host)]

    async with plain_client() as client:
        return await UrlFetcher(hosts, client, resolve).fetch(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/a.jpg",
        "http://[::1]/a.jpg",
        "http://10.0.0.5/a.jpg",
        "http://169.254.169.254/latest/meta-data",
        "http://[::ffff:127.0.0.1]/a.jpg",
        "http://0.0.0.0/a.jpg",
        "http://inside.example/a.jpg",
        "http://user:password@inside.example/a.jpg",
        "file:///etc/passwd",
        "ftp://example.com/a.jpg",
        "gopher://127.0.0.1:6379/_INFO",
        "http:///a.jpg",
        "http://",
        "nonsense",
        "",
        "http://exa mple.com/",
    ],
)
async def test_with_public_allowed_private_places_are_still_refused(url: str) -> None:
    with pytest.raises(InvalidURL):
        await fetch(url, ["public"], {"inside.example": "192.168.1.9"})


async def test_a_host_that_is_not_listed_is_refused() -> None:
    with pytest.raises(InvalidURL):
        await fetch("http://other.example/a.jpg", ["pictures.example"], {"other.example": "93.184.216.34"})


async def test_a_listed_host_may_be_private_and_is_reached_at_the_address_that_was_checked() -> None:
    asked: list[str] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked.append(str(handler.headers["Host"]))
        send(handler, 200, b"a picture")

    with web_server(answer) as port:
        addresses = {"pictures.example": "127.0.0.1"}
        got = await fetch(f"http://pictures.example:{port}/a.jpg", ["pictures.example"], addresses)
    assert got == b"a picture"
    assert asked == [f"pictures.example:{port}"]


async def test_a_redirect_is_checked_like_the_first_url() -> None:
    with (
        web_server(lambda handler: send(handler, 302, Location="http://10.0.0.1/secret")) as port,
        pytest.raises(InvalidURL),
    ):
        await fetch(f"http://pictures.example:{port}/", ["pictures.example"], {"pictures.example": "127.0.0.1"})


async def test_a_cookie_of_one_host_is_not_sent_to_another_nor_back() -> None:
    sent: list[str | None] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        sent.append(handler.headers["Cookie"])
        location = {"Location": f"http://b.example:{handler.server.server_port}/"} if len(sent) < 3 else {}  # type: ignore[attr-defined]
        send(handler, 302 if location else 200, b"a picture", **location, **{"Set-Cookie": "a=1; Path=/"})

    hosts = ["a.example", "b.example"]
    with web_server(answer) as port:
        await fetch(f"http://a.example:{port}/", hosts, dict.fromkeys(hosts, "127.0.0.1"))
    assert sent == [None] * 3


async def test_a_redirect_to_nowhere_and_a_port_that_is_none_are_refused() -> None:
    hosts, addresses = ["pictures.example"], {"pictures.example": "127.0.0.1"}
    with web_server(lambda handler: send(handler, 302)) as port, pytest.raises(InvalidURL):
        await fetch(f"http://pictures.example:{port}/", hosts, addresses)
    for port in (0, 65536, 99999):
        with pytest.raises(InvalidURL):
            await fetch(f"http://pictures.example:{port}/", hosts, addresses)


@pytest.mark.parametrize(
    "address",
    [
        "93.184.216.34",
        "2606:2800:220:1:248:1893:25c8:1946",
        "::ffff:93.184.216.34",
        "64:ff9b::5db8:d822",
        "::ffff:0:93.184.216.34",
    ],
)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "168.63.129.16",
        "::ffff:168.63.129.16",
        "64:ff9b::a83f:8110",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a00:1",
        "::127.0.0.1",
        "::ffff:0:127.0.0.1",
        "::ffff:10.0.0.1",
        "fec0::1",
        "fd00::1",
        "fe80::1%eth0",
        "2002:a00:1::",
        "2001:0:a00:1::1",
        "2001:db8::1",
        "ff0e::1",
        "::1",
        "::",
        "100.64.0.1",
        "192.0.2.1",
        "224.0.0.1",
        "255.255.255.255",
    ],
)
def test_addresses_that_may_lead_inside_are_not(address: str) -> None:
    assert not is_public(address)


@given(st.ip_addresses(v=6))
def test_of_ipv6_only_global_unicast_and_what_carries_public_ipv4_is_public(address: IPv6Address) -> None:
    if is_public(str(address)):
        assert int(address) >> 125 == 1 or int(address) >> 32 in (0x64FF9B << 64, 0xFFFF, 0xFFFF0000)


async def test_endless_redirects_endless_bodies_and_errors_are_refused() -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            for _ in range(200):
                handler.wfile.write(bytes(65536))
        except OSError:
            pass

    hosts, addresses = ["pictures.example"], {"pictures.example": "127.0.0.1"}
    with web_server(lambda handler: send(handler, 302, Location="/again")) as port, pytest.raises(InvalidURL):
        await fetch(f"http://pictures.example:{port}/", hosts, addresses)
    with web_server(endless) as port, pytest.raises(InvalidImageSize):
        await fetch(f"http://pictures.example:{port}/", hosts, addresses)
    with web_server(lambda handler: send(handler, 404)) as port, pytest.raises(InvalidURL):
        await fetch(f"http://pictures.example:{port}/", hosts, addresses)
    with pytest.raises(InvalidURL):
        await fetch("http://pictures.example:1/", hosts, addresses)


@settings(max_examples=5, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=20, max_size=40))
async def test_no_text_for_a_url_makes_a_fault(urls: list[str]) -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return [host]

    async with plain_client() as client:
        fetcher = UrlFetcher(["public"], client, resolve)
        for url in urls:
            with pytest.raises(InvalidURL):
                await fetcher.fetch(url)


def test_the_service_fetches_from_listed_hosts_only(photographs: list[bytes]) -> None:
    with (
        web_server(lambda handler: send(handler, 200, photographs[0])) as port,
        face_server("--workers", "1", environment={"PICTURE_URLS": "127.0.0.1"}) as server,
        server.client() as client,
    ):
        answer = client.post(DETECT, json={"url": f"http://127.0.0.1:{port}/a.jpg"})
        assert answer.status_code == 200
        assert len(answer.json()) == 3
        refused = client.post(DETECT, json={"url": f"http://localhost:{port}/a.jpg"})
        assert refused.status_code == 400
        assert error_code(refused) == "InvalidURL"
        assert error_code(client.post(DETECT, json={"uri": "x"})) == "BadArgument"
