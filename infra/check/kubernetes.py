"""The overlays as kubectl builds them: valid, locked down, silent about secrets, and connected to each other."""

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]
from kubernetes_validate import ValidationError

from infra.check import tools
from infra.check.finding import Finding, Outcome
from infra.check.kustomize import Manifest, build, containers, pod_of
from infra.check.network import check_network, matches
from infra.check.secrets import is_secret

VERSION = "1.33"
"""Kubernetes version of infra/stack_hub/cluster.json."""

KUBERNETES = "infra/stack_hub/kubernetes"
OVERLAYS = f"{KUBERNETES}/overlays"
_LOCKED = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True}


IN_EVERY_CONTAINER = {"AZMON_COLLECT_ENV": "FALSE"}
"""Variables that every container has: without it Container Insights' agent sends the environment away."""

IN_CONTAINERS = {"face-api": {"ORT_DISABLE_TELEMETRY": "1"}}
"""Variables of single containers: onnxruntime reports to its maker unless told not to."""


def check(root: Path) -> Iterator[Outcome]:
    """Every overlay."""
    yield from _kustomize_can(root)
    try:
        for folder in sorted((root / OVERLAYS).iterdir()):
            yield from judge(str(folder.relative_to(root)), build(folder, root))
    except tools.Missing as missing:
        yield tools.left_out("Kustomize", missing)


def _kustomize_can(root: Path) -> Iterator[Finding]:
    """What clusters' older kubectls can't build, though the one here may: Kustomize up to 5.5 panics."""
    for path in sorted((root / KUBERNETES).rglob("*.yaml")):
        if path.read_text().count("$patch: delete") > 1:
            yield Finding(
                "kustomize", str(path.relative_to(root)), "one $patch: delete a file: older ones panic at two"
            )


def judge(file: str, manifests: list[Manifest]) -> Iterator[Finding]:
    """What would be applied together; `file` is what to call it."""
    if manifests:
        for manifest in manifests:
            yield from _valid(file, manifest)
            pod = pod_of(manifest)
            if pod:
                yield from _pod(file, manifest, pod)
        yield from _connected(file, manifests)
        yield from check_network(file, manifests)


def _valid(file: str, manifest: Manifest) -> Iterator[Finding]:
    wrong = _against_schema(json.dumps(manifest, default=str))
    if wrong:
        yield Finding("schema", file, f"{_title(manifest)}: {wrong}")


@lru_cache(maxsize=256)
def _against_schema(manifest: str) -> str:
    """What Kubernetes' schema says against a manifest (as JSON text); nothing if it fits."""
    try:
        kubernetes_validate.validate(json.loads(manifest), VERSION, strict=True)
    except ValidationError as fault:
        return f"{'.'.join(map(str, fault.path))}: {fault.message[:200]}"
    return ""


def _pod(file: str, manifest: Manifest, pod: Manifest) -> Iterator[Finding]:
    spec, title = pod["spec"], _title(manifest)
    context = spec.get("securityContext", {})
    if context.get("runAsNonRoot") is not True or not context.get("runAsUser"):
        yield Finding("root", file, f"{title}: runAsNonRoot must be true and runAsUser a number above 0")
    if context.get("seccompProfile", {}).get("type") != "RuntimeDefault":
        yield Finding("locked-down", file, f"{title}: seccompProfile must be RuntimeDefault")
    if spec.get("automountServiceAccountToken") is not False:
        yield Finding("locked-down", file, f"{title}: automountServiceAccountToken must be false")
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(name):
            yield Finding("locked-down", file, f"{title}: {name} must be left out")
    for volume in spec.get("volumes", []):
        if "hostPath" in volume:
            yield Finding("locked-down", file, f"{title}: volume {volume['name']} is a path of the host")
    for container in containers(pod):
        yield from _container(file, f"{title}/{container['name']}", container, manifest["kind"])


def _container(file: str, title: str, container: Manifest, kind: str) -> Iterator[Finding]:
    context = container.get("securityContext", {})
    for name, wanted in _LOCKED.items():
        if context.get(name) is not wanted:
            yield Finding("locked-down", file, f"{title}: {name} must be {str(wanted).lower()}")
    if context.get("capabilities", {}).get("drop") != ["ALL"]:
        yield Finding("locked-down", file, f"{title}: all capabilities must be dropped")
    if context.get("privileged") or context.get("runAsUser") == 0 or context.get("runAsNonRoot") is False:
        yield Finding("root", file, f"{title}: must not run as root")
    tag = container["image"].partition("/")[2].partition(":")[2] or container["image"].partition(":")[2]
    if tag in ("", "latest"):
        yield Finding("image", file, f"{title}: {container['image']} has no fixed version")
    for when in ("requests", "limits"):
        missing = {"cpu", "memory"} - container.get("resources", {}).get(when, {}).keys()
        if missing:
            yield Finding("resources", file, f"{title}: resources.{when} lacks {', '.join(sorted(missing))}")
    if kind in ("Deployment", "StatefulSet"):
        for probe in ("readinessProbe", "livenessProbe"):
            if probe not in container:
                yield Finding("probe", file, f"{title}: no {probe}")
        if container.get("startupProbe", {}).get("timeoutSeconds", 1) < 5 and "startupProbe" in container:
            yield Finding("probe", file, f"{title}: its startupProbe needs timeoutSeconds of 5 while models load")
    yield from _environment(file, title, container)


def _environment(file: str, title: str, container: Manifest) -> Iterator[Finding]:
    """No secret is in it, be it written out or by reference: whoever lists containers could read it."""
    for variable in container.get("env", []):
        if "secretKeyRef" in variable.get("valueFrom", {}) or (
            is_secret(variable["name"]) and not variable["name"].endswith("_FILE")
        ):
            yield Finding("secret-in-environment", file, f"{title}: {variable['name']} must be a mounted file")
    for source in container.get("envFrom", []):
        if "secretRef" in source:
            yield Finding(
                "secret-in-environment", file, f"{title}: {source['secretRef']['name']} must be mounted files"
            )
    given = {variable["name"]: variable.get("value") for variable in container.get("env", [])}
    for name, wanted in (IN_EVERY_CONTAINER | IN_CONTAINERS.get(container["name"], {})).items():
        if given.get(name) != wanted:
            yield Finding("telemetry", file, f"{title}: {name} must be {wanted}")


def _connected(file: str, manifests: list[Manifest]) -> Iterator[Finding]:
    """Selectors select something, ports and referred objects exist."""
    by_name = {(one["kind"], one["metadata"]["name"]): one for one in manifests}
    pods = [pod for one in manifests if (pod := pod_of(one))]
    for manifest in manifests:
        title, spec = _title(manifest), manifest.get("spec", {})
        match manifest["kind"]:
            case "Service":
                chosen = [pod for pod in pods if spec["selector"].items() <= pod["metadata"]["labels"].items()]
                for port in spec["ports"]:
                    if not any(_has_port(pod, port.get("targetPort", port["port"])) for pod in chosen):
                        yield Finding("connection", file, f"{title}: no pod it selects has port {port}")
            case "HorizontalPodAutoscaler":
                target = spec["scaleTargetRef"]
                if (target["kind"], target["name"]) not in by_name:
                    yield Finding("connection", file, f"{title}: there is no {target['kind']} {target['name']}")
                if spec["minReplicas"] > spec["maxReplicas"]:
                    yield Finding("connection", file, f"{title}: minReplicas is above maxReplicas")
            case "PodDisruptionBudget":
                chosen = [pod for pod in pods if matches(spec["selector"], pod["metadata"]["labels"])]
                if not chosen:
                    yield Finding("connection", file, f"{title}: selects no pod")
                yield from _can_drain(file, manifest, by_name)
            case "Deployment" | "StatefulSet":
                if not matches(spec["selector"], spec["template"]["metadata"]["labels"]):
                    yield Finding("connection", file, f"{title}: its selector doesn't match its own pods")
        pod = pod_of(manifest)
        if pod:
            yield from _references(file, title, pod, by_name)


def _can_drain(file: str, budget: Manifest, by_name: dict[tuple[str, str], Manifest]) -> Iterator[Finding]:
    name = budget["metadata"]["name"]
    scaler = by_name.get(("HorizontalPodAutoscaler", name))
    if scaler and scaler["spec"]["minReplicas"] <= budget["spec"]["minAvailable"]:
        yield Finding("connection", file, f"{_title(budget)}: with so few replicas no node could ever be drained")


def _has_port(pod: Manifest, port: str | int) -> bool:
    ports = [one for container in containers(pod) for one in container.get("ports", [])]
    return any(port in (one.get("name"), one["containerPort"]) for one in ports)


def _references(file: str, title: str, pod: Manifest, by_name: dict[tuple[str, str], Any]) -> Iterator[Finding]:
    spec = pod["spec"]
    wanted: list[tuple[str, str, str | None]] = []
    if "serviceAccountName" in spec:
        wanted.append(("ServiceAccount", spec["serviceAccountName"], None))
    for volume in spec.get("volumes", []):
        if "configMap" in volume:
            wanted.append(("ConfigMap", volume["configMap"]["name"], None))
    for container in containers(pod):
        for source in container.get("envFrom", []):
            if "configMapRef" in source:
                wanted.append(("ConfigMap", source["configMapRef"]["name"], None))
        for variable in container.get("env", []):
            reference = variable.get("valueFrom", {}).get("configMapKeyRef")
            if reference:
                wanted.append(("ConfigMap", reference["name"], reference["key"]))
    for kind, name, key in wanted:
        there = by_name.get((kind, name))
        if there is None:
            yield Finding("connection", file, f"{title}: there is no {kind} {name}")
        elif key is not None and key not in there["data"]:
            yield Finding("connection", file, f"{title}: {kind} {name} has no {key}")


def _title(manifest: Manifest) -> str:
    return f"{manifest['kind']} {manifest['metadata']['name']}"
