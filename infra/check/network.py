"""Who may talk to whom: everything is closed, and the Face API hears only the worker and reaches only the memory."""

from collections.abc import Iterator
from typing import Any

from infra.check.finding import Finding
from infra.check.kustomize import Manifest, pod_of

NAMES = "kube-dns:53"
CONVERSATIONS = {
    "face-api ingress": {"worker:5000", "erasure:5000"},
    "face-api egress": {"postgres:5432", NAMES},
    "postgres ingress": {"face-api:5432"},
    "postgres egress": {NAMES},
    "worker ingress": {"prometheus:8080"},  # how it is; a Prometheus in another namespace may ask
    "worker egress": {"face-api:5000", "outside:443", "outside:5671", NAMES},  # blob storage, and AMQP over TLS
    "erasure egress": {"face-api:5000", NAMES},
}
"""By pods and direction: the other side and the port."""


def check_network(file: str, manifests: list[Manifest]) -> Iterator[Finding]:
    """The NetworkPolicies of one built overlay against the table above: nothing more, nothing less."""
    policies = [one for one in manifests if one["kind"] == "NetworkPolicy"]
    pods = [pod["metadata"]["labels"] for one in manifests if (pod := pod_of(one))]
    closed = [one["spec"] for one in policies if one["spec"]["podSelector"] == {} and not one["spec"].get("ingress")]
    if not any({"Ingress", "Egress"} <= set(spec["policyTypes"]) and not spec.get("egress") for spec in closed):
        yield Finding("network", file, "no policy closes everything by default")
    for labels in pods:
        for direction in ("ingress", "egress"):
            who = f"{labels.get('app')} {direction}"
            missing = set(CONVERSATIONS.get(who, ()))
            for policy in (one for one in policies if matches(one["spec"]["podSelector"], labels)):
                said = set(_conversations(policy["spec"].get(direction) or [], pods))
                missing -= said
                for more in sorted(said - CONVERSATIONS.get(who, set())):
                    name = policy["metadata"]["name"]
                    yield Finding("network", file, f"NetworkPolicy {name}: {who}: {more} is open")
            if missing:
                yield Finding("network", file, f"{who}: no NetworkPolicy opens {', '.join(sorted(missing))}")


def matches(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    """Whether a label selector takes these labels; an empty one takes all."""
    if not selector.get("matchLabels", {}).items() <= labels.items():
        return False
    for expression in selector.get("matchExpressions", []):
        inside = labels.get(expression["key"]) in expression.get("values", [])
        if {"In": not inside, "NotIn": inside, "Exists": expression["key"] not in labels}[expression["operator"]]:
            return False
    return True


def _conversations(rules: list[Manifest], pods: list[dict[str, str]]) -> Iterator[str]:
    for rule in rules:
        for peer in rule.get("from") or rule.get("to") or [{}]:
            selector = peer.get("podSelector", {})
            if "namespaceSelector" in peer:
                labels = selector.get("matchLabels", {})
                them = {labels.get("app.kubernetes.io/name") or labels.get("k8s-app") or "other namespaces"}
            elif "podSelector" in peer:
                them = {labels.get("app", "others") for labels in pods if matches(selector, labels)}
            else:
                them = {"outside" if "ipBlock" in peer else "everyone"}
            for port in rule.get("ports") or [{}]:
                yield from (f"{one}:{port.get('port', 'every port')}" for one in them)
