"""Shared access signatures as Azure's services check them: over what stands in the token, byte for byte.

Every SDK quotes a resource in its own way before it signs it (capital or small hex digits, or not at all), and sends
what it has signed. Microsoft Learn, "Control access to IoT Hub using shared access signatures" and "Authenticate access
to Event Hubs resources using shared access signatures", 2025.
"""

import base64
import hmac
from dataclasses import dataclass, field
from urllib.parse import unquote

from local.errors import LocalError

SCHEME = "SharedAccessSignature"
_LONGEST = 4096
_MOST_FIELDS = 16


class TokenMalformed(LocalError):
    """A token is no shared access signature."""


def sign(key: bytes, data: bytes) -> str:
    """HMAC-SHA256, base64."""
    return base64.b64encode(hmac.digest(key, data, "sha256")).decode()


@dataclass(frozen=True)
class SharedAccessSignature:
    """A token taken apart. `resource` and `expiry` are as they stand in it."""

    resource: str
    expiry: str
    key_name: str
    signature: str = field(repr=False)

    @classmethod
    def parse(cls, token: object) -> "SharedAccessSignature":
        """Read `SharedAccessSignature sr=…&sig=…&se=…&skn=…`, its fields in any order. Raises TokenMalformed."""
        scheme, _, query = token.partition(" ") if isinstance(token, str) else ("", "", "")
        if scheme != SCHEME or len(query) > _LONGEST:
            raise TokenMalformed("a shared access signature is expected")
        pairs = [part.partition("=") for part in query.split("&", _MOST_FIELDS)]
        fields = {name: value for name, _, value in reversed(pairs)}  # of two of one name the first counts
        return cls(
            resource=fields.get("sr", ""),
            expiry=fields.get("se", ""),
            key_name=unquote(fields.get("skn", "")),
            signature=unquote(fields.get("sig", "")),
        )

    @property
    def resource_path(self) -> str:
        """What the token is for, unquoted and without a scheme: `host/path`."""
        return unquote(self.resource).partition("://")[2] or unquote(self.resource)

    @property
    def until(self) -> float:
        """When it runs out, in seconds since 1970; 0 when that can't be read."""
        return float(self.expiry) if self.expiry.isdecimal() and len(self.expiry) <= 12 else 0.0

    def signed_with(self, key: bytes) -> bool:
        """Whether `key` made the signature; takes as long either way."""
        expected = sign(key, f"{self.resource}\n{self.expiry}".encode())
        return hmac.compare_digest(expected.encode(), self.signature.encode())
