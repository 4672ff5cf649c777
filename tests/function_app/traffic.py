"""Traffic blobs for tests."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

NAME = "store-1/cam-1/2026/11/22/101600Z.json"


def name(at: datetime, store: str = "store-1", camera: str = "cam-1") -> str:
    """A blob written at that moment."""
    return f"{store}/{camera}/{at:%Y/%m/%d/%H%M%S}Z.json"


def place(
    end: datetime = datetime(2026, 11, 22, 10, 15, 30, tzinfo=UTC),
    where: str = "door",
    kind: str = "entrance",
    *,
    camera: str = "cam-1",
    **counts: int,
) -> dict[str, Any]:
    """A row of a place of store-1; `counts` by names such as count_in."""
    named = {_camel(name): value for name, value in counts.items()}
    return {**_row(end, where, "store-1", camera), "place": where, "kind": kind, **named}


def heartbeat(
    end: datetime = datetime(2026, 11, 22, 10, 16, tzinfo=UTC), store: str = "store-1", camera: str = "cam-1"
) -> dict[str, Any]:
    """A whole minute watched."""
    return {**_row(end, "", store, camera), "watchedSeconds": 60}


def blob(*rows: Mapping[str, Any]) -> bytes:
    """The rows as they lie in storage."""
    return json.dumps(rows).encode()


def _row(end: datetime, where: str, store: str, camera: str) -> dict[str, Any]:
    moment = f"{end:%Y-%m-%dT%H:%M:%SZ}"
    made_of = f"{store} {camera} {where} {moment}".encode()
    return {
        "schema": "footfall.traffic/1",
        "tallyId": hashlib.sha256(made_of).hexdigest()[:32],
        "store": store,
        "camera": camera,
        "windowEnd": moment,
    }


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))
