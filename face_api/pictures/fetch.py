"""Pictures by URL: off unless the operator allows it, and then no way into the network behind the service."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from face_api.errors import InvalidImageSize, InvalidURL
from face_api.pictures.addresses import is_public
from face_api.pictures.decode import MOST_BYTES

PUBLIC = "public"
_SECONDS = 10.0
_REDIRECTS = 3
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


async def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a host."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[4][0]) for address in found]


def plain_client() -> httpx.AsyncClient:
    """A client that keeps no cookies, as one host's would go to another, and asks no proxy."""
    return httpx.AsyncClient(trust_env=False, cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])))


class UrlFetcher:
    """Fetches from `hosts`; the word `public` among them stands for every public address.

    Each hop is checked, and the connection goes to the very address that was checked, so that a name that changes its
    mind in between (DNS rebinding) gains nothing. A listed host may have a private address: the operator has said so.
    """

    def __init__(self, hosts: Sequence[str], client: httpx.AsyncClient, resolve: Resolve = resolve) -> None:
        self._hosts = frozenset(hosts)
        self._client = client
        self._resolve = resolve

    async def fetch(self, url: str) -> bytes:
        """The picture's bytes, at most 6 MB within 10 seconds. Raises InvalidURL or InvalidImageSize."""
        if not self._hosts:
            raise InvalidURL("url bodies are switched off here: send the picture itself, or set PICTURE_URLS")
        try:
            async with asyncio.timeout(_SECONDS):
                target = httpx.URL(url)
                for _ in range(_REDIRECTS + 1):
                    content, location = await self._get(target)
                    if location is None:
                        return content
                    if not location:
                        raise InvalidURL("the url redirects to nowhere")
                    target = target.join(location)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError, ValueError, OverflowError, ExceptionGroup):
            raise InvalidURL("nothing could be fetched from the url") from None
        except TimeoutError:
            raise InvalidURL("the url's server is too slow") from None
        raise InvalidURL("the url redirects too often")

    async def _get(self, url: httpx.URL) -> tuple[bytes, str | None]:
        address = await self._allowed_address(url)
        request = self._client.build_request(
            "GET",
            url.copy_with(host=address, userinfo=b"", fragment=None),
            headers={"Host": url.netloc.decode("ascii"), "Accept": "image/*", "Accept-Encoding": "identity"},
            extensions={"sni_hostname": url.host} if url.scheme == "https" else {},
        )
        response = await self._client.send(request, stream=True, follow_redirects=False)
        try:
            if response.is_redirect:
                return b"", response.headers.get("location", "")
            if response.status_code != httpx.codes.OK:
                raise InvalidURL("the url's server does not answer with a picture")
            content = bytearray()
            async for chunk in response.aiter_raw():
                content += chunk
                if len(content) > MOST_BYTES:
                    raise InvalidImageSize("the picture is larger than 6 MB")
            return bytes(content), None
        finally:
            await response.aclose()

    async def _allowed_address(self, url: httpx.URL) -> str:
        if url.scheme not in {"http", "https"} or not url.host:
            raise InvalidURL("the url must be http or https")
        listed = url.host.lower() in self._hosts
        if not listed and PUBLIC not in self._hosts:
            raise InvalidURL("the url's host is not among those that are allowed")
        port = url.port or (443 if url.scheme == "https" else 80)
        if not 0 < port < 2**16:
            raise InvalidURL("the url's port is none")
        addresses = await self._resolve(url.host, port)
        if not addresses:
            raise InvalidURL("the url's host has no address")
        if not listed and not all(is_public(address) for address in addresses):
            raise InvalidURL("the url leads to a private address")
        return addresses[0]
