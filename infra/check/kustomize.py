"""Manifests as `kubectl kustomize` builds them."""

import hashlib
import subprocess
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from infra.check import tools
from infra.check.finding import Unreadable

Manifest = dict[str, Any]


def build(folder: Path, root: Path) -> list[Manifest]:
    """The manifests of a kustomization. Raises Unreadable, Missing."""
    return _read(_built(folder, root, _content(folder.parent.parent)), folder, root)


def _read(text: str, folder: Path, root: Path) -> list[Manifest]:
    documents = list(yaml.safe_load_all(text))
    if not documents or not all(isinstance(document, dict) for document in documents):
        raise Unreadable(str(folder.relative_to(root)), "expected documents that are objects")
    return documents


@lru_cache(maxsize=32)
def _built(folder: Path, root: Path, _content: str) -> str:
    command = [tools.kubectl(), "kustomize", str(folder)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    if answer.returncode:
        said = [line for line in answer.stderr.splitlines() if line.strip() and not line.startswith("#")]
        raise Unreadable(str(folder.relative_to(root)), (said or ["kubectl said nothing"])[0].replace(f"{root}/", ""))
    return answer.stdout


def _content(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.yaml")):
        digest.update(str(path).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def pod_of(manifest: Manifest) -> Manifest | None:
    """The pod's template (metadata and spec) inside a workload, if it is one."""
    spec = manifest.get("spec", {})
    if manifest["kind"] == "CronJob":
        spec = spec.get("jobTemplate", {}).get("spec", {})
    template = spec.get("template") if isinstance(spec, dict) else None
    return template if isinstance(template, dict) else None


def containers(pod: Manifest) -> Iterator[Manifest]:
    """The containers of a pod's template, initial ones too."""
    for kind in ("initContainers", "containers"):
        yield from pod.get("spec", {}).get(kind, [])
