"""Every alert has a runbook of its name in docs/operate.md, and no runbook is left without its alert."""

import re
from collections.abc import Iterator
from pathlib import Path

from infra.check.azure_resources import deployments
from infra.check.finding import Finding, Unreadable

ALERT_TYPES = {"microsoft.insights/metricalerts", "microsoft.insights/scheduledqueryrules"}
DOCUMENT = "docs/operate.md"
_RUNBOOKS = re.compile(r"(?ms)^## Runbooks$(.*?)(?=^## |\Z)")


def check(root: Path) -> Iterator[Finding]:
    """Alerts of the deployment against the headings under `## Runbooks`."""
    alerts: set[str] = set()
    for planned in deployments(root):
        if isinstance(planned, Finding):
            return  # azure_resources has said so
        try:
            alerts |= {one.name for one in planned.resources if one.type.lower() in ALERT_TYPES}
        except Unreadable:
            return
    path = root / DOCUMENT
    section = _RUNBOOKS.search(path.read_text()) if path.exists() else None
    headings = set(re.findall(r"(?m)^### (\S+)$", section.group(1))) if section else set()
    for name in sorted(alerts - headings):
        yield Finding(
            "runbook", DOCUMENT, f"alert {name} has no runbook: add a heading `### {name}` under `## Runbooks`"
        )
    for name in sorted(headings - alerts):
        yield Finding("runbook", DOCUMENT, f"runbook {name} belongs to no alert")
