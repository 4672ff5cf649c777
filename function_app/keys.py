"""The anonymization key and its rotation: identifiers that mean nothing to whoever lacks the key."""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime

from function_app.names import Picture

MIN_KEY_BYTES = 32
_ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class AnonymizationKeys:
    """The key, and while it is being rotated the one before it.

    A picture taken before `since` keeps to the previous key, whoever looks at it and when: so a retry across the
    rotation gives the same ids. Without a previous key, `current` serves all.
    """

    current: bytes = field(repr=False)
    previous: bytes | None = field(default=None, repr=False)
    since: datetime | None = None

    def tally_id(self, picture: Picture) -> str:
        """32 hex digits for a picture's tally; not those by which the visitor memory knows the picture."""
        return self._id(picture, f"tally {picture.name}")

    def pool_id(self, made_of: str) -> str:
        """32 hex digits for what a pool gives off; `made_of` stands for all that went in."""
        return _hex(self.current, f"pool {made_of}")

    def observation_id(self, picture: Picture) -> str:
        """32 hex digits for one picture, to tell the visitor memory that an observation is a repeat."""
        return self._id(picture, picture.name)

    def _id(self, picture: Picture, text: str) -> str:
        before = self.since is not None and picture.captured_at < self.since
        key = self.previous if before and self.previous is not None else self.current
        return _hex(key, text)


def _hex(key: bytes, text: str) -> str:
    return hmac.digest(key, text.encode(), hashlib.sha256)[:_ID_BYTES].hex()
