"""Who may talk to whom: everything is closed, and the Face API hears only the worker and reaches only the memory."""

from collections.abc import Iterator
from typing import Any

from infra.check.finding import Finding
from infra.check.kustomize import Manifest, pod_of

MAY_HEAR = {
    "face-api": {"worker", "erasure"},
    "postgres": {"face-api"},
    "worker": {"prometheus"},
    "erasure": set[str](),
}
MAY_REACH = {
    "face-api": {"postgres"},
    "postgres": set[str](),
    "erasure": {"face-api"},
    "worker": {"face-api", "internet"},
}
METRICS_PORTS = {8080}
"""Where the worker says how it is; a Prometheus in another namespace may ask."""

INTERNET_PORTS = {443, 5671}
"""Blob storage and AMQP over TLS."""


def check_network(file: str, manifests: list[Manifest]) -> Iterator[Finding]:
    """The NetworkPolicies of one built overlay against the two tables above."""
    policies = [one for one in manifests if one["kind"] == "NetworkPolicy"]
    pods = [pod["metadata"]["labels"] for one in manifests if (pod := pod_of(one))]
    closed = [one["spec"] for one in policies if one["spec"]["podSelector"] == {} and not one["spec"].get("ingress")]
    if not any({"Ingress", "Egress"} <= set(spec["policyTypes"]) and not spec.get("egress") for spec in closed):
        yield Finding("network", file, "no policy closes everything by default")
    for labels in pods:
        app = labels.get("app", "")
        chosen = [one for one in policies if matches(one["spec"]["podSelector"], labels)]
        for direction, peers_key, allowed in (("ingress", "from", MAY_HEAR), ("egress", "to", MAY_REACH)):
            for policy in chosen:
                for rule in policy["spec"].get(direction) or []:
                    name = policy["metadata"]["name"]
                    for wrong in _wrong(rule, peers_key, pods, allowed.get(app, set())):
                        yield Finding("network", file, f"NetworkPolicy {name}: {app} {direction}: {wrong}")


def matches(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    """Whether a label selector takes these labels; an empty one takes all."""
    if not selector.get("matchLabels", {}).items() <= labels.items():
        return False
    for expression in selector.get("matchExpressions", []):
        inside = labels.get(expression["key"]) in expression.get("values", [])
        if {"In": not inside, "NotIn": inside, "Exists": expression["key"] not in labels}[expression["operator"]]:
            return False
    return True


def _wrong(rule: Manifest, peers_key: str, pods: list[dict[str, str]], allowed: set[str]) -> Iterator[str]:
    peers = rule.get(peers_key)
    ports = {port.get("port") for port in rule.get("ports", [])}
    if not peers:
        yield "open to everyone"
        return
    if not ports or None in ports:
        yield "open on every port"
    for peer in peers:
        if "ipBlock" in peer:
            if "internet" not in allowed:
                yield f"reaches addresses outside the cluster ({peer['ipBlock']['cidr']})"
            elif not ports <= INTERNET_PORTS:
                yield f"reaches the outside on ports other than {sorted(INTERNET_PORTS)}"
        elif "namespaceSelector" in peer:
            labels = peer.get("podSelector", {}).get("matchLabels", {})
            if labels.get("app.kubernetes.io/name") in allowed and ports == METRICS_PORTS:
                continue
            if ports != {53}:
                yield "reaches other namespaces for more than names"
        else:
            apps = {labels["app"] for labels in pods if matches(peer["podSelector"], labels)}
            if apps - allowed:
                yield f"lets {', '.join(sorted(apps - allowed))} in on the conversation"
