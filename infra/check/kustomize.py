"""Manifests as `kubectl kustomize` builds them."""

import subprocess
from functools import lru_cache
from pathlib import Path
from typing import Any

import jmespath
import yaml

from infra.check import tools
from infra.check.files import digest
from infra.check.finding import Unreadable

Manifest = dict[str, Any]
_POD = jmespath.compile("spec.[template, jobTemplate.spec.template][?@] | [0]")
_CONTAINERS = jmespath.compile("[spec.initContainers, spec.containers][] | [?@]")


def build(folder: Path, root: Path) -> list[Manifest]:
    """The manifests of a kustomization. Raises Unreadable, Missing."""
    content = digest(folder.parent.parent.rglob("*.yaml"), root)
    documents = list(yaml.safe_load_all(_built(folder, root, content)))
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


def pod_of(manifest: Manifest) -> Manifest | None:
    """The pod's template (metadata and spec) inside a workload, if it is one."""
    found: Manifest | None = _POD.search(manifest)
    return found


def containers(pod: Manifest) -> list[Manifest]:
    """The containers of a pod's template, initial ones too."""
    found: list[Manifest] = _CONTAINERS.search(pod)
    return found
