"""Pictures' names for tests."""

import secrets
from datetime import UTC, datetime


def name(store: str = "store-1", camera: str = "cam-1", captured_at: datetime | None = None) -> str:
    """A new name within the contract."""
    moment = captured_at or datetime.now(UTC)
    clock = f"{moment:%H%M%S}.{moment.microsecond // 1000:03}Z"
    return f"{store}/{camera}/{moment:%Y/%m/%d}/{clock}-{secrets.token_hex(4)}.jpg"
