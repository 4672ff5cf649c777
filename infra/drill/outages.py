"""What is tried of outages: the database away or late, nothing outside answering, all containers ended at once."""

import json
import time

from infra.drill.cluster import Cluster, DidNotHold, until
from infra.drill.trials import Drill, disturbed

MOST_AFTER = 15
"""Seconds from the database's being ready to the Face API's."""
TOLD_WITHIN = 30
"""Seconds after which a Face API has noticed that the database is back: it looks when its readiness is asked for."""


def database_away(drill: Drill, seconds: float) -> str:
    """The database is away under load for so long: nothing is lost, and the log says it once."""
    cluster = drill.cluster
    begin, before = time.monotonic(), _face_apis(cluster)

    def disturb() -> None:
        where = ["-n", cluster.namespace]
        cluster.run(*where, "scale", "statefulset/postgres", "--replicas=0")
        # Told to end, it may first serve those who are connected, for half a minute: until then nobody misses it.
        cluster.run(*where, "wait", "--for=delete", "pod/postgres-0", "--timeout=120s", seconds=130)
        time.sleep(seconds)
        cluster.run(*where, "scale", "statefulset/postgres", "--replicas=1")

    said = disturbed(drill, disturb)
    return f"{said}; {said_once(cluster, before, begin)}"


def said_once(cluster: Cluster, before: set[str], begin: float, within: float = TOLD_WITHIN) -> str:
    """The log of each Face API of `before` that still works names the outage once, and once that it is over.

    `begin`: the steady clock before the outage. Raises DidNotHold with what a log says after `within` seconds.
    """
    names = sorted(before & _face_apis(cluster))
    if not names:
        raise DidNotHold("no Face API outlived the outage")
    asked = time.monotonic()
    while wrong := next((said for name in names if (said := _differs(cluster, name, begin))), ""):
        if time.monotonic() - asked > within:
            raise DidNotHold(wrong)
        time.sleep(1)
    return "said once"


def _differs(cluster: Cluster, name: str, begin: float) -> str:
    """What a Face API's log says of the outage, where that isn't its beginning once and its end once."""
    since = f"--since={time.monotonic() - begin + 1:.0f}s"
    log = cluster.run("-n", cluster.namespace, "logs", name, since)
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    warned = [line["event"] for line in lines if line["level"] in ("warning", "error")]
    ended = sum(line["event"] == "store can be written" for line in lines)
    if warned == ["store can't be written"] and ended == 1:
        return ""
    return f"{name}'s log warns {len(warned)} times ({', '.join(warned[:3])}) and says {ended} times that it is over"


def _face_apis(cluster: Cluster) -> set[str]:
    """The Face API's pods that are not about to end."""
    pods = cluster.json("pods", "-l", "app=face-api")["items"]
    return {one["metadata"]["name"] for one in pods if "deletionTimestamp" not in one["metadata"]}


def cold_start(drill: Drill, late: float) -> str:
    """A power cut under load, all containers at one moment, and the database comes so much later than the rest.

    The Face API waits for it, and is ready within 15 s of it.
    """
    cluster = drill.cluster

    def disturb() -> None:
        cluster.run("-n", cluster.namespace, "scale", "statefulset/postgres", "--replicas=0")
        delete = ["-n", cluster.namespace, "delete", "pod", "--all", "--force", "--grace-period=0"]
        cluster.run(*delete, "--wait=false")
        time.sleep(late)
        until("the Face API waits for the database", lambda: _waits(cluster), 120, every=3)
        cluster.run("-n", cluster.namespace, "scale", "statefulset/postgres", "--replicas=1")
        cluster.ready("statefulset/postgres", seconds=120)
        begin = time.monotonic()
        cluster.ready("deployment/face-api", seconds=300)
        took = time.monotonic() - begin
        if took > MOST_AFTER:
            raise DidNotHold(f"ready {took:.0f} s after the database, not within {MOST_AFTER} s")
        ready.append(f"ready {took:.0f} s after the database")

    ready: list[str] = []
    said = disturbed(drill, disturb)
    return f"{ready[0]}; {said}"


def _waits(cluster: Cluster) -> bool:
    """Whether every Face API has its models and says that the database is away: a slow start is another matter."""
    logs = ["-n", cluster.namespace, "logs", "--tail=-1"]
    names = _face_apis(cluster)
    return bool(names) and all("store away" in cluster.run(*logs, name, check=False) for name in names)


def storage_and_hub_away(drill: Drill, seconds: float) -> str:
    """Nothing outside answers for so long."""

    def disturb() -> None:
        outside = drill.cluster.outside
        drill.cluster.apply(_SHUT.format(namespace=outside))
        time.sleep(seconds)
        drill.cluster.run("-n", outside, "delete", "networkpolicy", "shut")

    return disturbed(drill, disturb)


_SHUT = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: shut, namespace: {namespace}}}
spec: {{podSelector: {{}}, policyTypes: [Ingress]}}
"""


def power_cut(drill: Drill) -> str:
    """All containers end at one moment, under load."""

    def disturb() -> None:
        delete = ["-n", drill.cluster.namespace, "delete", "pod", "--all"]
        drill.cluster.run(*delete, "--force", "--grace-period=0", "--wait=false")

    return disturbed(drill, disturb)
