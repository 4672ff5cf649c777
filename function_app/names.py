"""The names of blobs: all that is known of a picture, or of a camera's counts, besides the bytes."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from function_app.errors import NameInvalid

PLACE = r"[a-z0-9][a-z0-9-]{0,62}"
"""What a store's or a camera's name may look like."""

PLACE_OF = re.compile(rf"{PLACE}/{PLACE}")
"""`store/camera`."""

_CAMERA_AND_SECOND = rf"({PLACE})/({PLACE})/" r"([0-9]{4})/([0-9]{2})/([0-9]{2})/([0-9]{2})([0-9]{2})([0-9]{2})"
_PICTURE = re.compile(_CAMERA_AND_SECOND + r"\.([0-9]{3})Z-[0-9a-f]{8}\.jpg")
_TRAFFIC = re.compile(_CAMERA_AND_SECOND + r"Z\.json")
MAX_BYTES = 6 * 1024 * 1024
"""The Face API's limit for an image; the contract's own for a picture is 4 MB."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Where and when a picture was taken. `captured_at` is UTC, to the millisecond."""

    name: str
    store: str
    camera: str
    captured_at: datetime

    @classmethod
    def named(cls, name: str) -> Self:
        """Read `<store>/<camera>/<yyyy>/<mm>/<dd>/<HHMMSS.mmm>Z-<8 hex>.jpg`. Raises NameInvalid."""
        store, camera, *numbers = _groups(_PICTURE, name)
        *moment, milliseconds = map(int, numbers)
        return cls(name, store, camera, _utc(*moment, milliseconds * 1000))

    @property
    def place(self) -> str:
        """`store/camera`: the partition key, so that one camera's messages stay in order."""
        return f"{self.store}/{self.camera}"


@dataclass(frozen=True, slots=True)
class Traffic:
    """Whose counts a blob holds, and when it was written: UTC, to the second."""

    name: str
    store: str
    camera: str
    written_at: datetime

    @classmethod
    def named(cls, name: str) -> Self:
        """Read `<store>/<camera>/<yyyy>/<mm>/<dd>/<HHMMSS>Z.json`. Raises NameInvalid."""
        store, camera, *numbers = _groups(_TRAFFIC, name)
        return cls(name, store, camera, _utc(*map(int, numbers)))

    @property
    def place(self) -> str:
        """`store/camera`, as for pictures."""
        return f"{self.store}/{self.camera}"


def parse(name: str) -> Picture | Traffic:
    """What a blob is, by its name's end. Raises NameInvalid when it is neither."""
    return Traffic.named(name) if name.endswith(".json") else Picture.named(name)


def _groups(pattern: re.Pattern[str], name: str) -> tuple[str, ...]:
    match = pattern.fullmatch(name)
    if match is None:
        raise NameInvalid("the blob's name breaks the contract")
    return match.groups()


def _utc(*numbers: int) -> datetime:
    try:
        return datetime(*numbers, tzinfo=UTC)  # type: ignore[misc,arg-type]
    except ValueError:
        raise NameInvalid("the blob's name holds no valid time") from None
