"""Reading what the checks judge."""

import hashlib
import json
from collections.abc import Iterable
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


def digest(files: Iterable[Path], root: Path) -> str:
    """What is told apart by its content: a copy below another root has the same."""
    found = hashlib.sha256()
    for path in sorted({one for one in files if one.is_file()}):
        found.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return found.hexdigest()
