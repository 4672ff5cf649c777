"""What the job's own query makes of messages: the rows that whoever reads the report has."""

import json
import tempfile
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from function_app.moments import text
from local.child import ROOT
from windows.batch import FileRun
from windows.ordering import ordering_beside
from windows.plan import Plan, plan_query

QUERY = ROOT / "infra" / "stream_analytics" / "footfall.asaql"
Rows = dict[str, list[dict[str, Any]]]


def rows_of(messages: Sequence[tuple[datetime | None, dict[str, Any]]]) -> Rows:
    """By output. A message without the time of its coming counts as having come when it happened."""
    job = FileRun(_plan(), ordering_beside(QUERY, {}))
    with tempfile.TemporaryDirectory() as folder:
        events = Path(folder) / "events.jsonl"
        events.write_text(
            "".join(f"{json.dumps({'body': body, 'enqueuedAt': came and text(came)})}\n" for came, body in messages)
        )
        return {output: [json.loads(line) for line in lines] for output, lines in job.rows(events)}


@cache
def _plan() -> Plan:
    return plan_query(QUERY.read_text())
