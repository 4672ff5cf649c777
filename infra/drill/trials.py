"""What is tried, one function a line of the table: each says what held, or raises DidNotHold with what didn't."""

import contextlib
import io
import json
import tarfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from infra.drill.cluster import Cluster, DidNotHold, until
from infra.drill.enforced import IN_FORCE

WORKLOADS = ("statefulset/postgres", "deployment/face-api", "deployment/worker")
AT_A_TIME = 4
"""Connections tried at once: a forbidden one takes three seconds to be one."""
UNDER_LOAD, LONGEST_FEED = 16, 900
"""Seconds over which pictures come while something is disturbed, and the longest that they wait for the storage."""
PATIENCE = 240
"""Seconds for a backlog to drain on a small node."""


@dataclass
class Drill:
    """What the trials share: the cluster, the pictures to feed, and what the undisturbed run came to."""

    cluster: Cluster
    pictures: list[bytes]
    warnings: list[str]
    rounds: int
    filler: str
    """An image that is there, to fill nodes with."""
    other: str = ""
    """Another tag of worker and Face API to roll out to."""
    fed: int = 0
    set_aside: int = 0
    """Blobs that belong in poison."""
    sent: dict[str, Any] = field(default_factory=lambda: {"distinct": 0, "sums": {}})
    """What had come to the hub when `gained` was last asked."""
    undisturbed: dict[str, Any] = field(default_factory=dict)

    def feed(self, over: float = 0) -> None:
        """Each picture so many times, spread over some seconds; what the storage doesn't take is tried again."""
        how = [f"--times={self.rounds}", f"--from={self.fed}", f"--over={over:.0f}"]
        self.fed += self.rounds * len(self.pictures)
        self.cluster.inside("feed", *how, stdin=packed(self.pictures), seconds=LONGEST_FEED)

    def drained(self, seconds: float = PATIENCE) -> dict[str, Any]:
        """Wait until no picture is left; what has come to the hub by then. Raises DidNotHold."""
        found = self.cluster.inside("drained", f"--seconds={seconds:.0f}", seconds=seconds + 120)
        if found["left"]["pictures"]:
            raise DidNotHold(f"{found['left']['pictures']} pictures are not done within {seconds:.0f} s")
        poison = found["left"]["pictures-poison"] - self.set_aside
        if poison:
            raise DidNotHold(f"{poison} good pictures ended in poison")
        return found

    def gained(self, seconds: float = PATIENCE) -> tuple[dict[str, int], float]:
        """Wait as `drained`: what has come to the hub since this was last asked, and the seconds waited."""
        found = self.drained(seconds)
        before, self.sent = self.sent, found
        return _difference(before, found), found["seconds"]

    def settle(self) -> None:
        """After a line that did not hold: what still comes of it is not the next line's."""
        with contextlib.suppress(DidNotHold):
            self.gained()

    def compare(self, gained: dict[str, int]) -> str:
        """The sums are those of the undisturbed run, and nothing was counted twice. Raises DidNotHold."""
        if gained != self.undisturbed:
            differ = {key: (self.undisturbed.get(key, 0), gained.get(key, 0)) for key in gained | self.undisturbed}
            said = ", ".join(f"{key}: {b} for {a}" for key, (a, b) in sorted(differ.items()) if a != b)
            raise DidNotHold(f"the sums differ from the undisturbed run: {said}")
        return f"{gained['distinct']} tallies, as undisturbed"


def packed(pictures: list[bytes]) -> bytes:
    """A tar of the pictures."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for number, picture in enumerate(pictures):
            entry = tarfile.TarInfo(f"{number}.jpg")
            entry.size = len(picture)
            archive.addfile(entry, io.BytesIO(picture))
    return buffer.getvalue()


def _difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, int]:
    gained = {key: value - before["sums"].get(key, 0) for key, value in after["sums"].items()}
    gained["distinct"] = after["distinct"] - before["distinct"]
    return {key: value for key, value in gained.items() if value}


def starts(drill: Drill) -> str:
    """Everything that was applied is ready, without a warning from the cluster."""
    drill.cluster.ready(*WORKLOADS, seconds=180)
    if drill.warnings:
        raise DidNotHold(drill.warnings[0])
    return "no PodSecurity warning"


def policies(drill: Drill) -> str:
    """Each connection that must work does, each other one doesn't."""
    outside = drill.cluster.outside
    storage, hub = f"storage.{outside}.svc.cluster.local", f"hub.{outside}.svc.cluster.local"
    ways = [
        ("deploy/worker", "face-api", 5000, True),
        ("deploy/worker", storage, 443, True),
        ("deploy/worker", hub, 5671, True),
        ("deploy/worker", "postgres", 5432, False),
        ("deploy/worker", "169.254.169.254", 80, False),
        ("deploy/worker", "kubernetes.default.svc", 443, False),
        ("deploy/face-api", "postgres", 5432, True),
        ("deploy/face-api", storage, 443, False),
        ("deploy/face-api", hub, 5671, False),
        ("deploy/face-api", "kubernetes.default.svc", 443, False),
        ("sts/postgres", storage, 443, False),
        ("sts/postgres", "face-api", 5000, False),
    ]

    def differs(way: tuple[str, str, int, bool]) -> bool:
        return drill.cluster.reaches(*way[:3]) is not way[3]

    begin = time.monotonic()
    wrong = ways
    while wrong:
        with ThreadPoolExecutor(AT_A_TIME) as threads:
            wrong = [way for way, differ in zip(wrong, threads.map(differs, wrong), strict=True) if differ]
        if wrong and time.monotonic() - begin > IN_FORCE:
            workload, host, port, may = wrong[0]
            place = f"{host.partition('.')[0]}:{port}"
            if may:
                raise DidNotHold(f"{workload} can't reach {place}: see network-policies.yaml")
            raise DidNotHold(f"{workload} reaches {place}: see network-policies.yaml, and whether anything enforces it")
    return f"{len(ways)} connections"


def closed(drill: Drill) -> str:
    """No container can write to its root, become root, or read a secret in its environment."""
    for workload in ("deploy/worker", "deploy/face-api"):
        where = ["-n", drill.cluster.namespace, "exec", workload, "--", "python", "-c"]
        found = json.loads(drill.cluster.run(*where, _LOOK))
        if found["root"] != "EROFS":  # EACCES: its user may not write there, a way to become another would do
            raise DidNotHold(f"{workload}: its root is not read-only ({found['root']})")
        if found["user"] == 0:
            raise DidNotHold(f"{workload}: it runs as root")
        known = {"PictureStorage", "EventHub", "FACE_API_KEY", "ANONYMIZATION_KEY", "FACE_API_DATABASE"}
        if known & set(found["names"]):
            raise DidNotHold(f"{workload}: {', '.join(sorted(known & set(found['names'])))} stands in its environment")
    return "roots read-only, no secret in an environment"


_LOOK = """
import errno, json, os
try:
    open("/written", "w").close()
    root = "written"
except OSError as fault:
    root = errno.errorcode[fault.errno]
print(json.dumps({"root": root, "user": os.getuid(), "names": list(os.environ)}))
"""


def undisturbed(drill: Drill) -> str:
    """Pictures become tallies; what they come to once everyone in them is known is kept to compare with."""
    drill.feed()
    drill.gained()
    drill.feed()
    drill.undisturbed, took = drill.gained()
    if not drill.undisturbed.get("distinct"):
        raise DidNotHold("pictures were fed and no tally came")
    return f"{drill.rounds * len(drill.pictures)} pictures, {drill.undisturbed['distinct']} tallies in {took:.0f} s"


def disturbed(drill: Drill, disturb: Callable[[], None], seconds: float = PATIENCE) -> str:
    """Disturb while pictures come, wait until all is done: the sums are the undisturbed run's. Raises DidNotHold."""
    with ThreadPoolExecutor(1) as thread:
        feeding = thread.submit(drill.feed, UNDER_LOAD)
        time.sleep(UNDER_LOAD / 2)
        disturb()
        feeding.result()
    gained, took = drill.gained(seconds)
    return f"{drill.compare(gained)}, {took:.0f} s after"


def rollouts(drill: Drill) -> str:
    """Both deployments are replaced under load."""

    def disturb() -> None:
        restart = ["-n", drill.cluster.namespace, "rollout", "restart"]
        drill.cluster.run(*restart, "deployment/worker", "deployment/face-api")
        drill.cluster.ready("deployment/worker", "deployment/face-api", seconds=180)

    return disturbed(drill, disturb)


def killed(drill: Drill) -> str:
    """Every worker and a Face API pod are killed by force under load."""

    def disturb() -> None:
        for app in ("worker", "face-api"):
            delete = ["-n", drill.cluster.namespace, "delete", "pod", "-l", f"app={app}"]
            drill.cluster.run(*delete, "--force", "--grace-period=0", "--wait=false")

    return disturbed(drill, disturb)


def replay(drill: Drill) -> str:
    """What is no picture goes to poison by itself, and comes back when asked for."""
    drill.set_aside = 1
    drill.cluster.inside("broken")
    until("the broken picture is set aside", lambda: drill.cluster.inside("left")["pictures-poison"] == 1, 120, every=3)
    where = ["-n", drill.cluster.namespace, "exec", "deploy/worker", "--"]
    said = drill.cluster.run(*where, "python", "-m", "function_app.worker", "replay-poison", seconds=120)
    if "1" not in said:
        raise DidNotHold(f"replay-poison said {said.strip()[:100]}")
    until("it is set aside again", lambda: drill.cluster.inside("left")["pictures-poison"] == 1, 120, every=3)
    return said.strip()[:60]


def erasure(drill: Drill) -> str:
    """The job forgets everyone on request: whoever comes again is new."""
    cluster = drill.cluster
    cluster.run("-n", cluster.namespace, "create", "job", "forget-now", "--from=cronjob/erasure")
    cluster.run(
        "-n", cluster.namespace, "wait", "--for=condition=complete", "job/forget-now", "--timeout=90s", seconds=100
    )
    said = cluster.run("-n", cluster.namespace, "logs", "job/forget-now")
    if "erased" not in said:
        raise DidNotHold(f"the job said {said.strip()[-100:]}")
    drill.feed()  # makes everyone known again, as the lines after this one want it
    gained, _ = drill.gained()
    if not gained.get("newVisitors"):
        raise DidNotHold("the job said that it erased, and nobody who comes again is new")
    return f"visitor memory erased, {gained['newVisitors']} new visitors after it"
