"""The Helm chart: as its generator writes it, clean to Helm, and the same objects as the production overlay."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from infra.chart import CHART, files
from infra.check import tools
from infra.check.finding import Finding
from infra.check.kubernetes import OVERLAYS
from infra.check.kustomize import Manifest, build

HELMS_OWN = ("helm.sh/chart", "app.kubernetes.io/managed-by", "app.kubernetes.io/instance")


def check(root: Path) -> Iterator[Finding]:
    """Every line that Helm prints of the chart is a fault, and so is every object that differs."""
    made, helm = files(root), tools.helm()
    for name, text in made.items():
        path = root / CHART / name
        if not path.exists() or path.read_text() != text:
            said = "is not what overlays/production gives: run `python -m infra.chart`"
            yield Finding("chart", f"{CHART}/{name}", said)
    for path in sorted((root / CHART / "templates").glob("*")):
        if f"templates/{path.name}" not in made:
            yield Finding("chart", f"{CHART}/templates/{path.name}", "comes from nothing in overlays/production")
    lint = _helm(helm, "lint", "--strict", "--quiet", str(root / CHART))
    if lint.returncode:
        lines = [line for line in (lint.stdout + lint.stderr).splitlines() if line.strip()]
        yield Finding("helm", CHART, (lines or ["helm lint said nothing"])[-1])
        return
    wanted, found = _by_name(build(root / OVERLAYS / "production", root)), _by_name(rendered(helm, root))
    for kind, name in sorted(wanted.keys() ^ found.keys()):
        lacks = "the chart" if (kind, name) in wanted else "the overlay"
        yield Finding("helm", CHART, f"{lacks} has no {kind} {name}")
    for kind, name in sorted(wanted.keys() & found.keys()):
        if wanted[kind, name] != found[kind, name]:
            yield Finding("helm", CHART, f"{kind} {name} differs from the overlay's")


def rendered(helm: str, root: Path, namespace: str = "footfall") -> list[Manifest]:
    """What `helm template` gives with the values as they come, the namespace too."""
    command = ["template", "footfall", str(root / CHART), "--namespace", namespace, "--set", "namespace.create=true"]
    answer = _helm(helm, *command)
    return [one for one in yaml.safe_load_all(answer.stdout) if one]


def _helm(helm: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([helm, *arguments], capture_output=True, text=True, check=False, timeout=60)


def _by_name(manifests: list[Manifest]) -> dict[tuple[str, str], Any]:
    found = {}
    for manifest in manifests:
        labels = {key: value for key, value in manifest["metadata"].get("labels", {}).items() if key not in HELMS_OWN}
        metadata = {key: value for key, value in manifest["metadata"].items() if key != "labels"}
        found[manifest["kind"], manifest["metadata"]["name"]] = manifest | {"metadata": metadata | {"labels": labels}}
    return found
