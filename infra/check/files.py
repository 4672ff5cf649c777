"""Reading what the checks judge."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra.check.finding import Unreadable


def read_json(path: Path, root: Path) -> dict[str, Any]:
    """A JSON object. Raises Unreadable."""
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError) as fault:
        raise Unreadable(str(path.relative_to(root)), str(fault)) from None
    if not isinstance(found, dict):
        raise Unreadable(str(path.relative_to(root)), "expected a JSON object")
    return found


def texts(value: object) -> Iterator[str]:
    """Every string in a JSON value, keys left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)
