"""The shared access signatures with which modules and devices sign in."""

from local.iot_edge.errors import AccessDenied
from local.iot_edge.identity import Identity
from local.shared_access import SharedAccessSignature, TokenMalformed


def check(token: str, identity: Identity, now: float) -> float:
    """When a good token runs out, in seconds since 1970. Raises AccessDenied."""
    try:
        shown = SharedAccessSignature.parse(token)
    except TokenMalformed as error:
        raise AccessDenied(str(error)) from None
    if not shown.signed_with(identity.key):
        raise AccessDenied("the token has an invalid signature")
    host, _, path = shown.resource_path.partition("/")
    if f"{host.lower()}/{path}" != identity.resource:
        raise AccessDenied("the token is for another resource")
    if shown.until <= now:
        raise AccessDenied("the token is expired")
    return shown.until
