"""kubectl, and nothing else: the drill can do what an operator can."""

import json
import shlex
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


class DidNotHold(Exception):
    """Something of the drill's table; the message names what and what was seen instead."""


class NoCluster(Exception):
    """kubectl is missing, or reaches no cluster."""


@dataclass(frozen=True)
class Cluster:
    """The cluster that a kubectl points at. `command` may have arguments of its own."""

    command: str
    namespace: str
    """Where the parts under trial are."""
    outside: str
    """Where the stand-ins are."""

    def run(self, *arguments: str, stdin: bytes = b"", seconds: float = 60, check: bool = True) -> str:
        """One kubectl command's stdout. Raises DidNotHold with its last line where it fails."""
        command = [*shlex.split(self.command), *arguments]
        try:
            answer = subprocess.run(command, input=stdin, capture_output=True, check=False, timeout=seconds)
        except FileNotFoundError:
            raise NoCluster(f"{command[0]} is not there: set KUBECTL") from None
        except subprocess.TimeoutExpired:
            raise DidNotHold(f"kubectl {' '.join(arguments[:4])}: no end within {seconds:.0f} s") from None
        if check and answer.returncode:
            lines = answer.stderr.decode(errors="replace").strip().splitlines()
            said = [line for line in lines if not line.startswith("command terminated")] or ["it said nothing"]
            raise DidNotHold(f"kubectl {' '.join(arguments[:4])}: {said[-1][:300]}")
        return answer.stdout.decode(errors="replace")

    def apply(self, manifests: str) -> list[str]:
        """Apply what YAML says; the warnings that the cluster gave. Raises DidNotHold."""
        command = [*shlex.split(self.command), "apply", "-f", "-"]
        answer = subprocess.run(command, input=manifests.encode(), capture_output=True, check=False, timeout=120)
        said = answer.stderr.decode(errors="replace").splitlines()
        warnings = [line for line in said if line.startswith("Warning:")]
        if answer.returncode:
            faults = [line for line in said if line not in warnings] or ["it said nothing"]
            raise DidNotHold(f"kubectl apply: {faults[-1][:300]}")
        return warnings

    def json(self, *arguments: str) -> dict[str, Any]:
        """What `kubectl get … -o json` says of the parts under trial."""
        where = [] if "--all-namespaces" in arguments else ["-n", self.namespace]
        found: dict[str, Any] = json.loads(self.run(*where, "get", *arguments, "-o", "json"))
        return found

    def patch(self, what: str, operations: list[dict[str, Any]]) -> None:
        """A JSON patch on one of the parts under trial."""
        self.run("-n", self.namespace, "patch", what, "--type=json", "-p", json.dumps(operations))

    def inside(self, *arguments: str, stdin: bytes = b"", seconds: float = 180) -> dict[str, Any]:
        """What the drill's own program in the stand-ins' pod answers."""
        where = ["-n", self.outside, "exec", "-i", "deploy/premises", "-c", "tools", "--"]
        said = self.run(*where, "python", "-m", "infra.drill.inside", *arguments, stdin=stdin, seconds=seconds)
        found: dict[str, Any] = json.loads(said)
        return found

    def reaches(self, workload: str, host: str, port: int) -> bool:
        """Whether a container under trial gets a connection: with Python where it has one, else with bash."""
        where = ["-n", self.namespace, "exec", workload, "--"]
        if workload.startswith("sts/"):
            tried = ["timeout", "3", "bash", "-c", f"</dev/tcp/{host}/{port}"]
        else:
            tried = ["python", "-c", f"import socket; socket.create_connection(({host!r}, {port}), 3)"]
        command = [*shlex.split(self.command), *where, *tried]
        return subprocess.run(command, capture_output=True, check=False, timeout=60).returncode == 0

    def ready(self, *workloads: str, seconds: float) -> None:
        """Wait until each has all its replicas. Raises DidNotHold that names the pod and what it waits for."""
        for workload in workloads:
            command = ["-n", self.namespace, "rollout", "status", workload, f"--timeout={seconds:.0f}s"]
            try:
                self.run(*command, seconds=seconds + 10)
            except DidNotHold as fault:
                raise DidNotHold(f"{workload}: {self.why(workload.partition('/')[2]) or fault}") from None

    def why(self, app: str) -> str:
        """What keeps an app's pods: the first waiting container's reason, its last end, or the newest warning."""
        for pod in self.json("pods", "-l", f"app={app}")["items"]:
            for status in pod["status"].get("containerStatuses", []):
                waiting = status.get("state", {}).get("waiting", {})
                ended = (status.get("lastState", {}) or status.get("state", {})).get("terminated", {})
                if ended.get("reason") == "OOMKilled":
                    limit = pod["spec"]["containers"][0]["resources"]["limits"]["memory"]
                    return f"{app}: out of memory at its limit of {limit}"
                if waiting.get("reason") and waiting["reason"] != "ContainerCreating":
                    said = ended.get("message") or waiting.get("message", "")
                    logs = self.run("-n", self.namespace, "logs", pod["metadata"]["name"], "--tail=1", check=False)
                    return f"{app}: {waiting['reason']}: {(logs.strip() or said)[:200]}"
            name = pod["metadata"]["name"]
            warnings = self.json("events", "--field-selector", f"involvedObject.name={name},type=Warning")["items"]
            if warnings:
                return f"{app}: {max(warnings, key=lambda one: str(one.get('lastTimestamp')))['message'][:300]}"
        return ""


def until(what: str, held: Callable[[], bool], seconds: float, every: float = 1.0) -> float:
    """Wait until something holds; how long it took. Raises DidNotHold."""
    begin = time.monotonic()
    while not held():
        if time.monotonic() - begin > seconds:
            raise DidNotHold(f"{what}: not within {seconds:.0f} s")
        time.sleep(every)
    return time.monotonic() - begin
