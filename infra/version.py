"""The project's version: pyproject.toml has it; `python -m infra.version 0.2.0` writes it wherever else it stands."""

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from infra.check.finding import ROOT

PLACES = {
    "pyproject.toml": r'^version = "{}"$',
    "edge/station.py": r'^VERSION = "{}"$',
    "azure.yaml": r"^  template: footfall@{}$",
    "compose.yaml": r"FOOTFALL_TAG:-{}",
    "infra/compose/stand-ins.yaml": r"FOOTFALL_TAG:-{}",
    "docs/deploy.md": r"(?:footfall-[\w$-]+:|^Once for each version; `){}",
    "infra/helm/Chart.yaml": r"^(?:version|appVersion): {}$",
    "infra/helm/values.yaml": r"^ *(?:tag|newTag): \"?{}\"?$",
    "infra/iot_edge/edge.layered.json": r'"(?:version": "|image": "\${{REGISTRY}}/footfall-edge:){}"',
    "infra/iot_edge/dev_kit.json": r'"(?:version": "|image": "\${{REGISTRY}}/footfall-edge:){}(?:-arm32v7)?"',
    "infra/stack_hub/kubernetes/overlays/dev/kustomization.yaml": r"^ +newTag: {}$",
    "infra/stack_hub/kubernetes/overlays/production/kustomization.yaml": r"^ +newTag: {}$",
}
"""File → the pattern around the version there, which `{}` stands for."""
VERSION = r"(\d+\.\d+\.\d+)"


def current(root: Path = ROOT) -> str:
    """The version in pyproject.toml."""
    return str(tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"])


def found(root: Path = ROOT) -> Iterator[tuple[str, str]]:
    """Each file of the table with each version in it."""
    for name in PLACES:
        for match in _pattern(name).finditer((root / name).read_text()):
            yield name, match[1]


def write(version: str, root: Path = ROOT) -> None:
    """Put another version into every place."""
    for name in PLACES:
        file = root / name
        file.write_text(_pattern(name).sub(lambda match: match[0].replace(match[1], version), file.read_text()))


def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(PLACES[name].replace("{}", VERSION).replace("{{", "{").replace("}}", "}"), re.MULTILINE)


def main(argv: list[str]) -> int:
    """Print the version, or write another: 0 done, 2 it is none."""
    if not argv:
        sys.stdout.write(f"{current()}\n")
        return 0
    if len(argv) > 1 or not re.fullmatch(VERSION, argv[0]):
        sys.stderr.write("infra.version: give one version, as 1.2.3\n")
        return 2
    write(argv[0])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
