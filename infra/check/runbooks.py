"""Every alert has a runbook of its name in docs/operate.md, and no runbook is left without its alert."""

from collections.abc import Iterator
from pathlib import Path

from infra.check import rules
from infra.check.finding import Finding
from infra.check.snapshots import deployments

DOCUMENT = "docs/operate.md"
ALERTS = ("microsoft.insights/metricalerts", "microsoft.insights/scheduledqueryrules")


def check(root: Path) -> Iterator[Finding]:
    """The runbooks that alerts name against the headings under `## Runbooks`."""
    described: list[str] = []
    for deployment in deployments(root):
        for one in deployment.resources:
            if one["type"].lower() in ALERTS:
                described.append(one["properties"]["description"])
                yield from rules.judge("alert", deployment.file, f"alert {one['name']}", one)
    about = {"described": described, "text": (root / DOCUMENT).read_text()}
    yield from rules.judge("runbooks", DOCUMENT, "Runbooks", about)
