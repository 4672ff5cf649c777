"""What is tried of replicas: another image, a node without room, autoscaling, a tenth of the connections."""

import json
import time
from collections.abc import Callable

from infra.drill.cluster import Cluster, DidNotHold, until
from infra.drill.trials import PATIENCE, Drill, disturbed

TENTH_CONNECTIONS, TENTH_REPLICAS = 34, 4
"""A tenth of the 340 connections and 40 replicas of the largest cell."""

_APPS = ("worker", "face-api")


def another_image(drill: Drill) -> str:
    """Worker and Face API go to another image and back under load.

    Where no other is given, to one that isn't there: the old pods work on, and `rollout undo` ends it.
    """
    cluster = drill.cluster
    there = [f"deployment/{app}" for app in _APPS]

    def disturb() -> None:
        for app in _APPS:
            image = _image(drill, app).rpartition(":")[0]
            other = drill.other or "not-there"
            cluster.run("-n", cluster.namespace, "set", "image", f"deployment/{app}", f"{app}={image}:{other}")
        if drill.other:
            cluster.ready(*there, seconds=180)
        else:
            until("a new pod is asked for", lambda: _pending(drill, "worker"), 60)
        cluster.run("-n", cluster.namespace, "rollout", "undo", *there[:1])
        cluster.run("-n", cluster.namespace, "rollout", "undo", *there[1:])
        cluster.ready(*there, seconds=180)

    said = disturbed(drill, disturb)
    return f"{'to ' + drill.other if drill.other else 'to one that is not there'} and back: {said}"


def full_node(drill: Drill) -> str:
    """No node has room for one more pod: a rollout waits, the old pods work on; with room again it ends."""
    cluster = drill.cluster

    def disturb() -> None:
        cluster.apply(fillers(free_processors(cluster), cluster.outside, drill.filler))
        waits = ["-n", cluster.outside, "wait", "pod", "-l", "app=filler", "--for=condition=Ready", "--timeout=60s"]
        cluster.run(*waits, seconds=70)
        cluster.run("-n", cluster.namespace, "rollout", "restart", "deployment/face-api")
        until("the new pod waits for room", lambda: _pending(drill, "face-api"), 60)
        drill.drained()
        cluster.run("-n", cluster.outside, "delete", "pod", "-l", "app=filler", "--force", "--grace-period=0")
        cluster.ready("deployment/face-api", seconds=180)

    return disturbed(drill, disturb)


def scaled(drill: Drill) -> str:
    """Under load the autoscaler adds a Face API, and takes it away again when the load is over."""

    def replicas() -> int:
        return int(drill.cluster.json("hpa", "face-api")["status"].get("desiredReplicas", 0))

    _settle(drill, replicas)
    begin = time.monotonic()
    while replicas() < 2:
        if time.monotonic() - begin > PATIENCE:
            raise DidNotHold(f"the autoscaler adds no Face API under load: {_why_not_scaled(drill)}")
        drill.feed()
    up = time.monotonic() - begin
    drill.gained()
    down = until("one Face API again", lambda: replicas() == 1, 720, every=5)
    return f"two after {up:.0f} s of load, one again {down:.0f} s after it"


def _settle(drill: Drill, replicas: Callable[[], int]) -> None:
    until(f"calm ({_why_not_scaled(drill)})", lambda: replicas() == 1, 720, every=5)


def tenth(drill: Drill) -> str:
    """With a tenth of the connections a tenth of the largest cell's replicas are all ready, and work."""
    cluster = drill.cluster
    where = ["-n", cluster.namespace]
    path = "/spec/template/spec/containers/0/args"
    arguments = cluster.json("statefulset", "postgres")["spec"]["template"]["spec"]["containers"][0]["args"]
    few = [f"max_connections={TENTH_CONNECTIONS}" if one.startswith("max_connections") else one for one in arguments]
    bounds = cluster.json("hpa", "face-api")["spec"]
    most = {"minReplicas": TENTH_REPLICAS, "maxReplicas": TENTH_REPLICAS}
    try:
        cluster.patch("statefulset/postgres", [{"op": "replace", "path": path, "value": few}])
        cluster.ready("statefulset/postgres", seconds=120)
        cluster.patch("hpa/face-api", [{"op": "replace", "path": f"/spec/{key}", "value": most[key]} for key in most])
        ready = ["wait", "deployment/face-api", f"--for=jsonpath={{.status.readyReplicas}}={TENTH_REPLICAS}"]
        cluster.run(*where, *ready, "--timeout=300s", seconds=310)
        said = disturbed(drill, lambda: None)
    finally:
        cluster.patch("statefulset/postgres", [{"op": "replace", "path": path, "value": arguments}])
        cluster.patch("hpa/face-api", [{"op": "replace", "path": f"/spec/{key}", "value": bounds[key]} for key in most])
    cluster.ready("statefulset/postgres", "deployment/face-api", seconds=300)
    return f"{TENTH_REPLICAS} replicas, {TENTH_CONNECTIONS} connections: {said}"


def _image(drill: Drill, app: str) -> str:
    spec = drill.cluster.json("deployment", app)["spec"]["template"]["spec"]
    return str(spec["containers"][0]["image"])


def _pending(drill: Drill, app: str) -> bool:
    pods = drill.cluster.json("pods", "-l", f"app={app}")["items"]
    return any(pod["status"]["phase"] == "Pending" for pod in pods)


def _why_not_scaled(drill: Drill) -> str:
    conditions = drill.cluster.json("hpa", "face-api")["status"].get("conditions", [])
    wrong = [one["message"] for one in conditions if one["type"] == "ScalingActive" and one["status"] != "True"]
    return wrong[0][:200] if wrong else "it has its metrics"


def free_processors(cluster: Cluster) -> dict[str, int]:
    """Thousandths of a processor that no pod has asked for, by node."""
    free = {
        node["metadata"]["name"]: millis(node["status"]["allocatable"]["cpu"])
        for node in cluster.json("nodes")["items"]
        if not node["spec"].get("unschedulable") and not node["spec"].get("taints")
    }
    for pod in cluster.json("pods", "--all-namespaces")["items"]:
        node = pod["spec"].get("nodeName")
        if node in free and pod["status"]["phase"] in ("Pending", "Running"):
            asked = [one.get("resources", {}).get("requests", {}).get("cpu", "0") for one in pod["spec"]["containers"]]
            free[node] -= sum(map(millis, asked))
    return free


def millis(quantity: str) -> int:
    """A quantity of processors in thousandths."""
    return int(quantity[:-1]) if quantity.endswith("m") else round(float(quantity) * 1000)


def fillers(free: dict[str, int], namespace: str, image: str) -> str:
    """A pod a node that asks for all that is left of its processors, as YAML (JSON is YAML)."""
    pods = [
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": f"filler-{number}", "namespace": namespace, "labels": {"app": "filler"}},
            "spec": {
                "nodeName": node,
                "automountServiceAccountToken": False,
                "containers": [
                    {
                        "name": "filler",
                        "image": image,
                        "imagePullPolicy": "IfNotPresent",
                        "command": ["sleep", "infinity"],
                        "resources": {"requests": {"cpu": f"{left}m"}},
                    }
                ],
            },
        }
        for number, (node, left) in enumerate(sorted(free.items()))
        if left > 0
    ]
    return "\n---\n".join(map(json.dumps, pods))
