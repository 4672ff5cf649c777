"""`python -m infra.check.snapshots` writes anew what each installation comes to, as Bicep's own engine works it out.

A snapshot lies beside its `.bicepparam`, as plain JSON: what would be deployed, with every loop, condition and name
worked out. The other checks judge snapshots, fresh ones where Bicep is found and the kept ones elsewhere.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.check import compiler, tools
from infra.check.files import digest, read_json
from infra.check.finding import ROOT, Unreadable

AZURE = "infra/azure"
HUB = "infra/stack_hub"
_OF_AZURE = (f"{AZURE}/**/*", "infra/stream_analytics/*")
_OF_HUB = (f"{HUB}/*.json",)
OPTIONS = "infra/check/options"
"""Parameters for the branches that no environment takes, and stand-ins for the secrets of the Hub's templates."""


Resource = dict[str, Any]
"""One as it would be deployed: what Azure would get, with its id, type, name and apiVersion."""


@dataclass(frozen=True)
class Deployment:
    """What one .bicepparam (`file`, relative to the root) comes to."""

    file: str
    resources: list[Resource]
    outputs: dict[str, Any]


def environments(root: Path) -> list[Path]:
    """The .bicepparam of each installation, then those of the options."""
    return [*sorted((root / AZURE).glob("main.*.bicepparam")), *sorted((root / OPTIONS).glob("azure-*.bicepparam"))]


def hub_parameters(root: Path) -> list[Path]:
    """The .bicepparam of each of the Stack Hub's templates."""
    return sorted((root / OPTIONS).glob("hub-*.bicepparam"))


def deployments(root: Path) -> Iterator[Deployment]:
    """What each installation, and each option, comes to. Raises Unreadable where Bicep can't work one out."""
    yield from _come_to(environments(root), root, _OF_AZURE)


def hub_templates(root: Path) -> Iterator[Deployment]:
    """What each of the Stack Hub's templates comes to. Raises Unreadable."""
    yield from _come_to(hub_parameters(root), root, _OF_HUB)


def fresh(root: Path) -> dict[str, dict[str, Any]]:
    """Every snapshot as Bicep makes it now, by the name of its .bicepparam. Raises Missing, Unreadable."""
    azure = _fresh(environments(root), root, _OF_AZURE)
    return azure | _fresh(hub_parameters(root), root, _OF_HUB)


def kept(parameters: Path) -> Path:
    """Where the snapshot of a .bicepparam is kept."""
    return parameters.with_suffix(".snapshot.json")


def _come_to(parameters: list[Path], root: Path, used: tuple[str, ...]) -> Iterator[Deployment]:
    """Fresh where Bicep is found, as kept elsewhere."""
    try:
        found = _fresh(parameters, root, used)
    except tools.Missing:
        found = {str(path.relative_to(root)): read_json(kept(path), root) for path in parameters}
    for file, snapshot in found.items():
        yield Deployment(file, snapshot["predictedResources"], snapshot.get("outputs", {}))


def _fresh(parameters: list[Path], root: Path, used: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Told apart by what is in them and in what they use, not by where they lie: a copy comes to the same."""
    read = {path for pattern in used for path in root.glob(pattern) if not path.match("*.snapshot.json")}
    content = digest([*parameters, *read], root)
    if content not in _KNOWN:
        with compiler.running(tools.bicep()) as bicep:
            _KNOWN[content] = {str(path.relative_to(root)): bicep.snapshot(path, root) for path in parameters}
    return _KNOWN[content]


_KNOWN: dict[str, dict[str, dict[str, Any]]] = {}


def main() -> int:
    """Write every snapshot anew."""
    try:
        found = fresh(ROOT)
    except (tools.Missing, Unreadable) as fault:
        sys.stderr.write(f"{fault}\n")
        return 2
    for file, snapshot in found.items():
        path = kept(ROOT / file)
        path.write_text(json.dumps(snapshot, indent=2) + "\n")
        sys.stderr.write(f"{path.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
