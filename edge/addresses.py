"""Addresses that settings name: of picture storage, of models, of cameras; and which of them a twin may name.

The forms taken are narrower than RFC 3986, so that no two libraries can read two different hosts into one text.
"""

import ipaddress
import re
from dataclasses import dataclass

LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
HOST = re.compile(rf"(?P<host>{LABEL}(?:\.{LABEL})*|\[[0-9A-Fa-f:.]+\])(?::(?P<port>\d{{1,5}}))?", re.ASCII)
HTTP = re.compile(rf"(?P<scheme>https?)://(?P<authority>{HOST.pattern})(?P<rest>[/?][!-~]*)?", re.ASCII)
NOT_IN_A_PATH = re.compile(r'[\\#<>"]')
LONGEST_HOST = 253
PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Host:
    """A host's name or IP address in lower case, and a port; without one, any port."""

    name: str
    port: int | None

    @property
    def loopback(self) -> bool:
        """Whether it is this machine for certain."""
        try:
            return ipaddress.ip_address(self.name.strip("[]")).is_loopback
        except ValueError:
            return self.name == "localhost"

    def covers(self, other: "Host") -> bool:
        """Whether this entry of a list means the other."""
        return self.name == other.name and self.port in (None, other.port)


def host(text: str) -> Host:
    """The host that `name`, `name:port` or `[IPv6]:port` means. Raises ValueError, without the text."""
    match = HOST.fullmatch(text)
    if match is None or len(match["host"]) > LONGEST_HOST:
        raise ValueError("expected host names such as account.blob.example or 10.0.0.5:8080")
    port = int(match["port"]) if match["port"] else None
    if port is not None and not 0 < port < 65536:
        raise ValueError("expected a port from 1 to 65535")
    if match["host"].startswith("["):
        try:
            ipaddress.IPv6Address(match["host"][1:-1])
        except ValueError:
            raise ValueError("expected an IPv6 address in the brackets") from None
    return Host(match["host"].lower(), port)


def http_host(url: str) -> Host:
    """The host of an https:// address, or of an http:// one on loopback. Raises ValueError, without the address."""
    match = HTTP.fullmatch(url)
    if match is None or NOT_IN_A_PATH.search(match["rest"] or ""):
        raise ValueError("expected an https:// address with a host that can be, and without user or password")
    found = host(match["authority"])
    if match["scheme"] == "http" and not found.loopback:
        raise ValueError("expected https://, as http:// is for this machine itself only")
    return Host(found.name, found.port or PORTS[match["scheme"]])


def storage_parts(connection: str) -> tuple[str, str]:
    """BlobEndpoint and SharedAccessSignature of a connection string; what else it holds isn't used.

    Raises ValueError, without the text.
    """
    parts = dict(part.partition("=")[::2] for part in connection.strip().strip(";").split(";"))
    if parts.get("AccountKey") or parts.get("UseDevelopmentStorage"):
        raise ValueError("holds an account key; give the device a container SAS (create and write) instead")
    endpoint, sas = parts.get("BlobEndpoint", ""), parts.get("SharedAccessSignature", "").removeprefix("?")
    if not endpoint or not re.fullmatch(r"[!-~]+", sas, re.ASCII):
        raise ValueError("expected BlobEndpoint=https://…;SharedAccessSignature=…")
    if "?" in endpoint:
        raise ValueError("expected a BlobEndpoint without a query")
    http_host(endpoint)
    return endpoint, sas


def is_camera(source: str) -> bool:
    """Whether a source is a camera's address or number by its form; nothing is opened."""
    return source.startswith(("rtsp://", "rtsps://")) or (source.isascii() and source.isdecimal() and len(source) < 4)
