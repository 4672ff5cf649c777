"""JSON out of strangers' bytes."""

import json
from typing import Never

from pydantic import JsonValue as Json

from local.iot_edge.errors import NotJson

__all__ = ["Json", "parse"]


def parse(data: bytes) -> Json:
    """Read JSON; nothing at all reads as null. Raises NotJson."""
    if not data:
        return None
    try:
        value: Json = json.loads(data, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise NotJson("a JSON value is expected") from None
    return value


def _refuse(constant: str) -> Never:
    raise ValueError(constant)
