"""Every alert has a runbook of its name in docs/operate.md, and no runbook is left without its alert."""

import re
from collections.abc import Iterator
from pathlib import Path

from infra.check.azure_resources import ALERTS
from infra.check.finding import Finding
from infra.check.snapshots import deployments

DOCUMENT = "docs/operate.md"
_RUNBOOKS = re.compile(r"(?ms)^## Runbooks$(.*?)(?=^## |\Z)")
_NAMED = re.compile(r"docs/operate\.md#(\S+)$")


def check(root: Path) -> Iterator[Finding]:
    """The runbooks that alerts name against the headings under `## Runbooks`."""
    alerts: set[str] = set()
    for deployment in deployments(root):
        for one in deployment.resources:
            if one["type"].lower() in ALERTS:
                named = _NAMED.search(one["properties"]["description"])
                alerts.add(named[1] if named else one["name"])
                if not named or not one["name"].endswith(f"-{named[1]}"):
                    yield Finding("runbook", deployment.file, f"alert {one['name']} names another's runbook, or none")
    path = root / DOCUMENT
    section = _RUNBOOKS.search(path.read_text()) if path.exists() else None
    headings = set(re.findall(r"(?m)^### (\S+)$", section.group(1))) if section else set()
    for name in sorted(alerts - headings):
        yield Finding(
            "runbook", DOCUMENT, f"alert {name} has no runbook: add a heading `### {name}` under `## Runbooks`"
        )
    for name in sorted(headings - alerts):
        yield Finding("runbook", DOCUMENT, f"runbook {name} belongs to no alert")
