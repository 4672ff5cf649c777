"""compose.yaml: its published schema, and our containers as closed as in the cluster."""

from collections.abc import Iterator
from pathlib import Path

import yaml

from infra.check import rules
from infra.check.finding import Outcome
from infra.check.schemas import against

FILE = "compose.yaml"


def check(root: Path) -> Iterator[Outcome]:
    """The file as written; Compose itself, where it is, reads it in the tests."""
    described = yaml.safe_load((root / FILE).read_text())
    yield from against("compose/compose-spec.json", FILE, described)
    for name, service in described["services"].items():
        yield from rules.judge("compose service", FILE, name, service)
