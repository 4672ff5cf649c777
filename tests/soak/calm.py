"""A calm run of the same: every blob that arrived, in the order of capture, through the same core, without a fault."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from function_app.analyze import analyze
from function_app.errors import BlobAtFault
from function_app.face_client import FaceClient
from function_app.keys import AnonymizationKeys
from function_app.names import Picture, Traffic, parse
from function_app.outlet import departing
from function_app.settings import ATTRIBUTES
from function_app.traffic import read_rows
from local.stack import MEMORY
from tests.face_api.server import face_server
from tests.soak.arrivals import Arrivals
from tests.windows.conftest import the_plan
from windows.batch import FileRun
from windows.ordering import EventOrdering

Row = dict[str, Any]
ORDERING = EventOrdering.model_validate({"lateArrivalMaxDelaySeconds": 1814399, "outOfOrderMaxDelaySeconds": 599})


@dataclass
class Calm:
    """What comes of each blob: messages, or the reason for which it is set aside; and the rows of all messages."""

    messages: dict[str, list[Row]] = field(default_factory=dict)
    poison: dict[str, str] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=dict)


def calm_run(arrivals: Arrivals, anonymization_key: str, events: Sequence[bytes], folder: Path) -> Calm:
    """events: others' messages, as they were sent."""
    calm = Calm()
    keys = AnonymizationKeys(anonymization_key.encode())
    with face_server("--data", str(folder / "face-api")) as server:
        client = FaceClient(server.url, server.key, MEMORY, ATTRIBUTES, connections=1, read_seconds=60)
        for name in sorted(arrivals.names(), key=lambda name: name.split("/", 2)[-1]):
            try:
                blob = parse(name)
                calm.messages[name] = [
                    json.loads(text)
                    for content in arrivals.contents(name)
                    for text in _messages(blob, content, client, keys)
                ]
            except BlobAtFault as fault:
                calm.poison[name] = fault.reason
        client.close()
    calm.rows = _rows([message for each in calm.messages.values() for message in each], events, folder)
    return calm


def _messages(blob: Picture | Traffic, content: bytes, client: FaceClient, keys: AnonymizationKeys) -> list[str]:
    if isinstance(blob, Traffic):
        return [departing(row) for row in read_rows(blob, content)]
    tally = analyze(blob, content, client, keys)
    return [] if tally is None else [tally.to_json()]


def _rows(messages: list[Row], events: Sequence[bytes], folder: Path) -> dict[str, list[Row]]:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    lines = [json.dumps({"body": message, "enqueuedAt": now}) for message in messages]
    for event in events:
        try:
            body = json.loads(event)
        except (ValueError, RecursionError):
            continue
        if isinstance(body, dict):
            lines.append(json.dumps({"body": body, "enqueuedAt": now}))
    file = folder / "events.jsonl"
    file.write_text("".join(f"{line}\n" for line in lines))
    run = FileRun(the_plan(), ORDERING)
    rows: dict[str, list[Row]] = {}
    for output, found in run.rows(file):
        rows.setdefault(output, []).extend(json.loads(row) for row in found)
    return rows
