"""The picture's name, which is all that is known of a picture besides its bytes."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from function_app.errors import PictureNameInvalid

PLACE = r"[a-z0-9][a-z0-9-]{0,62}"
"""What a store's or a camera's name may look like."""

_NAME = re.compile(
    rf"({PLACE})/({PLACE})/"
    r"([0-9]{4})/([0-9]{2})/([0-9]{2})/([0-9]{2})([0-9]{2})([0-9]{2})\.([0-9]{3})Z-[0-9a-f]{8}\.jpg"
)
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
        """Read `<store>/<camera>/<yyyy>/<mm>/<dd>/<HHMMSS.mmm>Z-<8 hex>.jpg`. Raises PictureNameInvalid."""
        match = _NAME.fullmatch(name)
        if match is None:
            raise PictureNameInvalid("the picture's name breaks the contract")
        store, camera, *numbers = match.groups()
        *moment, milliseconds = map(int, numbers)
        try:
            captured_at = datetime(*moment, milliseconds * 1000, tzinfo=UTC)  # type: ignore[misc,arg-type]
        except ValueError:
            raise PictureNameInvalid("the picture's name holds no valid time") from None
        return cls(name, store, camera, captured_at)

    @property
    def place(self) -> str:
        """`store/camera`: the partition key, so that one camera's events stay in order."""
        return f"{self.store}/{self.camera}"
