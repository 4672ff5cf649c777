"""Shared access keys, the tokens signed with them, and what a connection may do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Flag, auto

from local.event_hubs.broker.address import entity_path
from local.event_hubs.errors import BadArgument, Refused
from local.shared_access import SharedAccessSignature, TokenMalformed

UNAUTHORIZED = "amqp:unauthorized-access"
TOKEN_TYPE = "servicebus.windows.net:sastoken"  # noqa: S105 (a type's name)
_MOST_GRANTS = 64
_NO_KEY = b"no such key"


class Right(Flag):
    """What a key lets its holder do."""

    SEND = auto()
    LISTEN = auto()


EVERYTHING = Right.SEND | Right.LISTEN
_RIGHTS = {"send": Right.SEND, "listen": Right.LISTEN, "manage": EVERYTHING}


@dataclass(frozen=True)
class Key:
    """A shared access key."""

    name: str
    secret: str = field(repr=False)
    rights: Right

    @classmethod
    def parse(cls, text: str) -> "Key":
        """Read `NAME=KEY` (all rights) or `NAME=KEY:send,listen`. Raises BadArgument, which never holds the key."""
        name, _, secret = text.partition("=")
        secret, colon, names = secret.partition(":")
        rights = EVERYTHING if not colon else Right(0)
        for right in names.split(",") if colon else []:
            if right not in _RIGHTS:
                raise BadArgument(f"key {name}=…: rights are {', '.join(_RIGHTS)}")
            rights |= _RIGHTS[right]
        if not name or not secret:
            raise BadArgument("a key is not NAME=KEY, nor NAME=KEY:send or NAME=KEY:listen")
        return cls(name, secret, rights)


@dataclass(frozen=True)
class Grant:
    """What a good token gives: rights on a path and all below, until a time in seconds since 1970."""

    path: str
    rights: Right
    until: float

    def covers(self, path: str, right: Right, now: float) -> bool:
        """Whether it lets do `right` on `path`; `Right(0)` asks for any right."""
        below = not self.path or f"{path}/".startswith(f"{self.path}/")
        return below and (right in self.rights if right else True) and now < self.until


def check_token(token: object, audience: str, keys: Mapping[str, Key], now: float) -> Grant:
    """Check a SAS token for `audience` against the keys, in constant time. Raises Refused."""
    try:
        shown = SharedAccessSignature.parse(token)
    except TokenMalformed as error:
        raise Refused(UNAUTHORIZED, f"MalformedToken: {error}.") from None
    key = keys.get(shown.key_name)
    if not shown.signed_with(key.secret.encode() if key else _NO_KEY) or key is None:
        raise Refused(UNAUTHORIZED, "InvalidSignature: The token has an invalid signature.")
    if shown.until <= now:
        raise Refused(UNAUTHORIZED, "ExpiredToken: The token is expired.")
    grant = Grant(shown.resource_path.partition("/")[2].strip("/").lower(), key.rights, shown.until)
    path = entity_path(audience)
    if not grant.covers(path, Right(0), now):
        raise Refused(UNAUTHORIZED, "InvalidAudience: The token is for another resource.")
    return Grant(path, key.rights, shown.until)


class Grants:
    """What the tokens put on one connection allow."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._grants: dict[str, Grant] = {}

    def add(self, grant: Grant) -> None:
        """Take a token's grant in; a new one for the same path replaces the old. Raises Refused."""
        if grant.path not in self._grants and len(self._grants) >= _MOST_GRANTS:
            raise Refused("amqp:resource-limit-exceeded", f"More than {_MOST_GRANTS} tokens on one connection.")
        self._grants[grant.path] = grant

    @property
    def any_good(self) -> bool:
        """Whether a token that has not expired is there."""
        now = self._now()
        return any(grant.until > now for grant in self._grants.values())

    def require(self, path: str, right: Right) -> None:
        """Raises Refused unless a token that has not expired gives `right` on `path`."""
        now = self._now()
        if not any(grant.covers(path, right, now) for grant in self._grants.values()):
            claim = right.name.capitalize() if right.name else "some"
            raise Refused(UNAUTHORIZED, f"Unauthorized access. '{claim}' claim(s) are required, and a valid token.")
