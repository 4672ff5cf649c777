"""What carries the storage SDK's requests: `requests`, without what it does anew to each that is ready to go."""

from collections.abc import Mapping
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict


class AsSigned(requests.Session):
    """Sends a request as the SDK has made it: its URL encoded, its length known, all of it signed.

    Looking for a proxy, a .netrc and cookies, and encoding the URL again, took a fifth of a call's processor time; the
    storage is on the premises, where none of them is wanted.
    """

    def __init__(self, connections: int) -> None:
        """`connections`: how many are kept open."""
        super().__init__()
        for scheme in ("http://", "https://"):
            self.mount(scheme, HTTPAdapter(pool_connections=1, pool_maxsize=connections))

    def request(  # type: ignore[override] # as RequestsTransport calls it; redirects, proxies and files mean nothing here
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        data: Any,
        timeout: tuple[float, float],
        verify: bool | str,
        cert: str | None,
        stream: bool = False,
        **_: object,
    ) -> requests.Response:
        """Raises what `requests` raises."""
        request = requests.PreparedRequest()
        request.method, request.url, request.body = method, url, data
        request.headers = CaseInsensitiveDict(headers)
        response = self.get_adapter(url).send(request, stream=stream, timeout=timeout, verify=verify, cert=cert)
        if not stream:
            response.content  # noqa: B018 (reads it, so that the connection can be used again)
        return response
