"""Whether the cluster enforces network policies at all: without that, whatever the drill finds says little."""

from collections.abc import Mapping
from dataclasses import replace

import yaml

from infra.drill.cluster import Cluster, DidNotHold, NoCluster, until

IN_FORCE = 45
"""Seconds after which a policy holds for pods that have just started: some networks are slower than a pod."""

_PROBE = {"name": "probe", "labels": {"app": "probe"}}


def enforced(cluster: Cluster, image: str, within: float = IN_FORCE) -> None:
    """A pod beside the stand-ins reaches the storage, and with a policy that lets it reach nobody it doesn't.

    Raises NoCluster where it does all the same, DidNotHold where it can't be tried.
    """
    beside = replace(cluster, namespace=cluster.outside)
    storage = f"storage.{cluster.outside}.svc.cluster.local"
    sleeps = {"name": "probe", "image": image, "imagePullPolicy": "IfNotPresent", "command": ["sleep", "infinity"]}
    pod = {"automountServiceAccountToken": False, "terminationGracePeriodSeconds": 0, "containers": [sleeps]}
    shut = {"podSelector": {"matchLabels": {"app": "probe"}}, "policyTypes": ["Egress"]}
    beside.apply(_yaml(beside, "v1", "Pod", pod))
    try:
        beside.run("-n", beside.namespace, "wait", "pod/probe", "--for=condition=Ready", "--timeout=60s", seconds=70)
        until("a pod without a policy reaches the storage", lambda: beside.reaches("pod/probe", storage, 443), within)
        beside.apply(_yaml(beside, "networking.k8s.io/v1", "NetworkPolicy", shut))
        try:
            until("the policy", lambda: not beside.reaches("pod/probe", storage, 443), within)
        except DidNotHold:
            said = f"a pod that a NetworkPolicy lets reach nobody reaches storage:443 {within:.0f} s after it"
            raise NoCluster(f"no network policy is enforced: {said}. Is the cluster's policy engine up?") from None
    finally:
        beside.run("-n", beside.namespace, "delete", "pod/probe", "networkpolicy/probe", "--wait=false", check=False)


def _yaml(cluster: Cluster, version: str, kind: str, spec: Mapping[str, object]) -> str:
    metadata = {**_PROBE, "namespace": cluster.namespace}
    return yaml.safe_dump({"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec})
