"""The shared access signatures with which modules sign in."""

import base64
import hmac
from urllib.parse import parse_qs, quote

from local.iot_edge.errors import AccessDenied
from local.iot_edge.identity import Identity

_LONGEST = 4096


def sign(key: bytes, data: bytes) -> str:
    """HMAC-SHA256, base64."""
    return base64.b64encode(hmac.digest(key, data, "sha256")).decode()


def check(token: str, identity: Identity, now: float) -> float:
    """When a good token runs out, in seconds since 1970. Raises AccessDenied."""
    scheme, _, query = token.partition(" ")
    if scheme != "SharedAccessSignature" or len(query) > _LONGEST:
        raise AccessDenied("a shared access signature is expected")
    fields = {name: values[0] for name, values in parse_qs(query).items()}
    resource, expiry, signature = (fields.get(name, "") for name in ("sr", "se", "sig"))
    expected = sign(identity.key, f"{quote(resource, safe='')}\n{expiry}".encode())
    if not hmac.compare_digest(expected.encode(), signature.replace(" ", "+").encode()):
        raise AccessDenied("the token has an invalid signature")
    if resource != identity.resource:
        raise AccessDenied("the token is for another resource")
    if not expiry.isdecimal() or len(expiry) > 12 or int(expiry) <= now:
        raise AccessDenied("the token is expired")
    return float(expiry)
