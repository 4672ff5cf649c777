"""Which addresses are anybody's on the internet, and none of the network behind this service."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

_GLOBAL_UNICAST = IPv6Network("2000::/3")
_CARRYING_IPV4 = (IPv6Network("64:ff9b::/96"), IPv6Network("::ffff:0:0/96"), IPv6Network("::ffff:0:0:0/96"))
"""NAT64 (RFC 6052), mapped, and SIIT (RFC 2765): the last 32 bits are where a packet goes in the end."""

_AZURE_WIRE_SERVER = IPv4Address("168.63.129.16")


def is_public(address: str) -> bool:
    """Whether a packet to this address leaves for the internet, translators on the way included."""
    parsed = ip_address(address.partition("%")[0])
    if isinstance(parsed, IPv6Address):
        if any(parsed in network for network in _CARRYING_IPV4):
            parsed = IPv4Address(int(parsed) & 0xFFFFFFFF)
        elif parsed not in _GLOBAL_UNICAST or parsed.sixtofour or parsed.teredo:
            return False
    return parsed.is_global and not parsed.is_multicast and parsed != _AZURE_WIRE_SERVER
