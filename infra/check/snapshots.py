"""`python -m infra.check.snapshots` writes anew what each installation comes to, as Bicep's own engine works it out.

A snapshot lies beside its `.bicepparam`, as plain JSON: what would be deployed, with every loop, condition and name
worked out. The other checks judge snapshots, fresh ones where Bicep is found and the kept ones elsewhere.
"""

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from infra.check import compiler, tools
from infra.check.files import read_json
from infra.check.finding import ROOT, Unreadable

AZURE = "infra/azure"
HUB = "infra/stack_hub"
OPTIONS = "infra/check/options"
"""Parameters for the branches that no environment takes, and stand-ins for the secrets of the Hub's templates."""


@dataclass(frozen=True)
class Planned:
    """One resource as it would be deployed; `body` is what Azure would get."""

    file: str
    """The .bicepparam, relative to the root."""
    name: str
    type: str
    api_version: str
    body: dict[str, Any]


@dataclass(frozen=True)
class Deployment:
    """What one .bicepparam comes to."""

    file: str
    resources: tuple[Planned, ...]
    outputs: dict[str, Any]


def environments(root: Path) -> list[Path]:
    """The .bicepparam of each installation, then those of the options."""
    return [*sorted((root / AZURE).glob("main.*.bicepparam")), *sorted((root / OPTIONS).glob("azure-*.bicepparam"))]


def hub_parameters(root: Path) -> list[Path]:
    """The .bicepparam of each of the Stack Hub's templates."""
    return sorted((root / OPTIONS).glob("hub-*.bicepparam"))


def deployments(root: Path) -> Iterator[Deployment]:
    """What each installation, and each option, comes to. Raises Unreadable where Bicep can't work one out."""
    for parameters in environments(root):
        yield deployment(parameters, root)


def hub_templates(root: Path) -> Iterator[Deployment]:
    """What each of the Stack Hub's templates comes to. Raises Unreadable."""
    for parameters in hub_parameters(root):
        yield deployment(parameters, root)


def deployment(parameters: Path, root: Path) -> Deployment:
    """What one .bicepparam comes to, fresh where Bicep is found. Raises Unreadable."""
    file = str(parameters.relative_to(root))
    try:
        found = (_of_hub if parameters in hub_parameters(root) else _of_azure)(root)[file]
    except tools.Missing:
        found = read_json(kept(parameters), root)
    resources = []
    for one in found["predictedResources"]:
        resources.append(Planned(file, str(one["name"]), one["type"], one["apiVersion"], one))
    return Deployment(file, tuple(resources), found.get("outputs", {}))


def kept(parameters: Path) -> Path:
    """Where the snapshot of a .bicepparam is kept."""
    return parameters.with_suffix(".snapshot.json")


def fresh(root: Path) -> dict[str, dict[str, Any]]:
    """Every snapshot as Bicep makes it now, by the name of its .bicepparam. Raises Missing, Unreadable."""
    return {**_of_azure(root), **_of_hub(root)}


@dataclass(frozen=True)
class _Templates:
    """Told apart by what is in them, not by where they lie: a copy comes to the same."""

    content: str
    root: Path = field(compare=False)
    parameters: tuple[Path, ...] = field(compare=False)


def _of_azure(root: Path) -> dict[str, dict[str, Any]]:
    files = [file for folder in (AZURE, "infra/stream_analytics") for file in (root / folder).rglob("*")]
    return _fresh(_templates(root, environments(root), files))


def _of_hub(root: Path) -> dict[str, dict[str, Any]]:
    return _fresh(_templates(root, hub_parameters(root), (root / HUB).glob("*.json")))


def _templates(root: Path, parameters: list[Path], read: Iterable[Path]) -> _Templates:
    digest = hashlib.sha256()
    for path in sorted({*parameters, *read}):
        if path.is_file() and not path.name.endswith(".snapshot.json"):
            digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return _Templates(digest.hexdigest(), root, tuple(parameters))


@lru_cache(maxsize=16)
def _fresh(templates: _Templates) -> dict[str, dict[str, Any]]:
    root = templates.root
    with compiler.running(tools.bicep()) as bicep:
        found = {}
        for path in templates.parameters:
            try:
                found[str(path.relative_to(root))] = bicep.snapshot(path)
            except Unreadable as fault:
                raise Unreadable(str(path.relative_to(root)), fault.reason) from None
        return found


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
