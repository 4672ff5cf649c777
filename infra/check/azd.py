"""azure.yaml: its published schema where that is at hand, and what it names is there and can be run."""

import os
from collections.abc import Iterator
from pathlib import Path

import yaml

from infra.check.finding import Finding, Outcome
from infra.check.schemas import against

FILE = "azure.yaml"


def check(root: Path) -> Iterator[Outcome]:
    """The file against its schema, then its module and its hooks."""
    described = yaml.safe_load((root / FILE).read_text())
    yield from against("azd/azure.yaml.json", FILE, described)
    infra = described.get("infra", {})
    for name in (f"{infra.get('module')}.bicep", f"{infra.get('module')}.bicepparam"):
        if not (root / str(infra.get("path")) / name).exists():
            yield Finding("azd", FILE, f"there is no {infra.get('path')}/{name}")
    for name, hook in described.get("hooks", {}).items():
        script = root / str(hook.get("run"))
        if not (script.is_file() and os.access(script, os.X_OK)):
            yield Finding("azd", FILE, f"{name}: {hook.get('run')} is not there or can't be run")
