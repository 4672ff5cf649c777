"""Run the drill on a cluster with one fault planted at a time: each must end with status 1 and a line that names it.

Arguments are the drill's own (`--load`, `--registry`). Several at a time, each in namespaces of its own.
"""

import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from infra.check.finding import ROOT

AT_A_TIME = 3


@dataclass(frozen=True)
class Planted:
    """A patch, the lines of the drill that should see it, and words that the drill must say."""

    name: str
    patch: str
    only: str
    says: str


def _deployment(name: str, pod: str) -> str:
    return f"{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: {name}}}, spec: {{template: {{spec: {pod}}}}}}}"


def _policy(name: str, rest: str) -> str:
    return f"{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: {name}}}, spec: {rest}}}"


FAULTS = (
    Planted(
        "policy too wide", _policy("worker", "{egress: [{}]}"), "connections", "deploy/worker reaches kubernetes:443"
    ),
    Planted(
        "policy too narrow", _policy("worker", "{egress: []}"), "connections", "deploy/worker can't reach face-api:5000"
    ),
    Planted(
        "writable root",
        _deployment("worker", "{containers: [{name: worker, securityContext: {readOnlyRootFilesystem: false}}]}"),
        "closed",
        "deploy/worker: its root is not read-only",
    ),
    Planted(
        "missing secret",
        _deployment("face-api", "{volumes: [{name: secrets, secret: {secretName: not-there}}]}"),
        "everything starts",
        'secret "not-there" not found',
    ),
    Planted(
        "probe on the wrong port",
        _deployment("face-api", "{containers: [{name: face-api, startupProbe: {httpGet: {port: 5999}}}]}"),
        "everything starts",
        "5999",
    ),
    Planted(
        "memory limit too small",
        _deployment("face-api", "{containers: [{name: face-api, resources: {limits: {memory: 96Mi}}}]}"),
        "everything starts",
        "out of memory at its limit of 96Mi",
    ),
)


def drilled(fault: Planted, arguments: list[str]) -> str:
    """What was wrong with the drill's answer; nothing when it named the fault."""
    with tempfile.TemporaryDirectory() as folder:
        patch = Path(folder) / "patch.yaml"
        patch.write_text(fault.patch)
        command = [sys.executable, "-m", "infra.drill", "--patch", str(patch), "--only", fault.only, "--until-fault"]
        answer = subprocess.run(
            [*command, *arguments], capture_output=True, text=True, check=False, timeout=900, cwd=ROOT
        )
    lines = answer.stderr.strip().splitlines()
    said = next((line for line in lines if line.startswith("✗")), lines[-1] if lines else "nothing")
    sys.stdout.write(f"{fault.name}: status {answer.returncode}: {said[:300]}\n")
    sys.stdout.flush()
    return "" if answer.returncode == 1 and fault.says in said else f"{fault.name}: {fault.says!r} was not said"


def main(arguments: list[str]) -> int:
    """Status 0 when each fault was named."""
    with ThreadPoolExecutor(AT_A_TIME) as threads:
        wrong = [one for one in threads.map(lambda fault: drilled(fault, arguments), FAULTS) if one]
    sys.stdout.write("".join(f"{one}\n" for one in wrong) or f"all {len(FAULTS)} were named\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
