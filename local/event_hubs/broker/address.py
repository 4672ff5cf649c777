"""Addresses of links: `amqps://host:port/hub`, `…/Partitions/0`, `…/ConsumerGroups/name/Partitions/0`."""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True)
class Address:
    """Where a link goes to; all in lower case, as names are compared."""

    path: str
    hub: str
    group: str | None
    partition: str | None


def address(text: str) -> Address:
    """Read a link's address or a token's audience."""
    path = entity_path(text)
    hub, *rest = path.split("/")
    options = dict(zip(rest[::2], rest[1::2], strict=False))
    return Address(path, hub, options.get("consumergroups"), options.get("partitions"))


def entity_path(text: str) -> str:
    """The path of an address in lower case, without slashes around it; empty if there is none."""
    try:
        path = urlsplit(text).path if "://" in text else text
    except ValueError:  # a broken host in brackets
        return ""
    return unquote(path).strip("/").lower()
