"""The overlays as kubectl builds them: valid, locked down, silent about secrets, and connected to each other."""

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import jmespath
import kubernetes_validate  # type: ignore[import-untyped]
from kubernetes_validate import ValidationError

from infra.check import rules
from infra.check.finding import Finding
from infra.check.kustomize import Manifest, build, containers, pod_of
from infra.check.network import check_network, matches

VERSION = "1.33"
"""Kubernetes version of infra/stack_hub/cluster.json."""

KUBERNETES = "infra/stack_hub/kubernetes"
OVERLAYS = f"{KUBERNETES}/overlays"

_REFERENCES = jmespath.compile("""[
    [scaleTargetRef],
    [{kind: 'ServiceAccount', name: serviceAccountName}],
    volumes[].configMap.{kind: 'ConfigMap', name: name},
    [initContainers, containers][].envFrom[].configMapRef.{kind: 'ConfigMap', name: name},
    [initContainers, containers][].env[].valueFrom.configMapKeyRef.{kind: 'ConfigMap', name: name, key: key}
][] | [?name].[kind, name, key]""")
"""What a spec, or that of its pods, asks for by name."""


def check(root: Path) -> Iterator[Finding]:
    """Every overlay, and what clusters' older kubectls can't build, though the one here may."""
    for path in sorted((root / KUBERNETES).rglob("*.yaml")):
        if path.read_text().count("$patch: delete") > 1:
            said = "one $patch: delete a file: Kustomize up to 5.5 panics at two"
            yield Finding("kustomize", str(path.relative_to(root)), said)
    for folder in sorted((root / OVERLAYS).iterdir()):
        yield from judge(str(folder.relative_to(root)), build(folder, root))


def judge(file: str, manifests: list[Manifest]) -> Iterator[Finding]:
    """What would be applied together; `file` is what to call it."""
    there = {(one["kind"], one["metadata"]["name"]): one for one in manifests}
    pods = [pod for one in manifests if (pod := pod_of(one))]
    for (kind, name), manifest in there.items():
        title = f"{kind} {name}"
        wrong = _against_schema(json.dumps(manifest, default=str))
        if wrong:
            yield Finding("schema", file, f"{title}: {wrong}")
        for one in _unconnected(manifest, there, pods):
            yield Finding("connection", file, f"{title}: {one}")
        yield from rules.judge(f"Kubernetes {kind}", file, title, manifest)
        if pod := pod_of(manifest):
            yield from rules.judge("pod", file, title, pod["spec"])
            for container in containers(pod):
                where = f"{title}/{container['name']}"
                yield from rules.judge("container", file, where, container)
                if kind in ("Deployment", "StatefulSet"):
                    yield from rules.judge("serving container", file, where, container)
    yield from check_network(file, manifests)


@lru_cache(maxsize=256)
def _against_schema(manifest: str) -> str:
    """What Kubernetes' schema says against a manifest (as JSON text); nothing if it fits."""
    try:
        kubernetes_validate.validate(json.loads(manifest), VERSION, strict=True)
    except ValidationError as fault:
        return f"{'.'.join(map(str, fault.path))}: {fault.message[:200]}"
    return ""


def _unconnected(manifest: Manifest, there: dict[tuple[str, str], Manifest], pods: list[Manifest]) -> Iterator[str]:
    """Selectors select something; ports and what is referred to exist."""
    spec, name, pod = manifest.get("spec", {}), manifest["metadata"]["name"], pod_of(manifest)
    known = {(*title, key) for title, one in there.items() for key in (None, *(one.get("data") or ()))}
    for one in _REFERENCES.search(pod["spec"] if pod else spec):
        if tuple(one) not in known:
            yield f"there is no {' '.join(filter(None, one))}"
    if manifest["kind"] == "Service":
        chosen = [pod for pod in pods if matches({"matchLabels": spec["selector"]}, pod["metadata"]["labels"])]
        open_ports = [port for pod in chosen for one in containers(pod) for port in one.get("ports", [])]
        numbers = {number for port in open_ports for number in (port.get("name"), port["containerPort"])}
        for port in spec["ports"]:
            if port.get("targetPort", port["port"]) not in numbers:
                yield f"no pod it selects has port {port}"
    if manifest["kind"] == "PodDisruptionBudget":
        if not any(matches(spec["selector"], pod["metadata"]["labels"]) for pod in pods):
            yield "selects no pod"
        scaler = there.get(("HorizontalPodAutoscaler", name))
        if scaler and scaler["spec"]["minReplicas"] <= spec["minAvailable"]:
            yield "with so few replicas no node could ever be drained"
    if pod and "selector" in spec and not matches(spec["selector"], pod["metadata"]["labels"]):
        yield "its selector doesn't match its own pods"
