"""`python -m infra.drill`: the acceptance test of a cluster, in namespaces of its own that it removes again.

Status 0: every line held; 1: some did not; 2: it could not be tried: no cluster, no image, or a cluster that enforces
no network policy, where whatever holds would say little.
"""

import argparse
import os
import secrets
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

import yaml
from rich.console import Console
from rich.table import Table

from infra.check.finding import ROOT
from infra.drill.cluster import Cluster, DidNotHold, NoCluster
from infra.drill.enforced import enforced
from infra.drill.scene import Scene
from infra.drill.table import LONG, NEEDED, SHORT, Trial
from infra.drill.trials import Drill
from infra.version import current
from models.build import files_of_packages
from models.store import Store, user_cache
from models.table import PHOTOGRAPHS

OVERLAY = ROOT / "infra/stack_hub/kubernetes/overlays/production"
IMAGES = ("footfall-worker", "footfall-face-api", "footfall-premises")


def main(argv: list[str]) -> int:
    """Set the scene, try everything, say what held, clean up."""
    arguments = _arguments(argv)
    signal.signal(signal.SIGTERM, _interrupted)
    name = f"footfall-drill-{secrets.token_hex(3)}"
    cluster = Cluster(os.environ.get("KUBECTL", "kubectl"), name, f"{name}-outside")
    images = {image: f"{arguments.registry}{image}:{arguments.tag}" for image in IMAGES}
    scene = Scene(name, cluster.outside, images)
    try:
        cluster.run("version", "-o", "json")
        for image in images.values() if arguments.load else ():
            subprocess.run([*shlex.split(arguments.load), image], check=True, timeout=600)
    except (NoCluster, DidNotHold, OSError, subprocess.SubprocessError) as fault:
        sys.stderr.write(f"no drill: {fault}\n")
        return 2
    trials = chosen(LONG if arguments.long else SHORT, arguments.only)
    begin = time.monotonic()
    try:
        results = _tried(trials, cluster, scene, arguments)
    except NoCluster as fault:
        sys.stderr.write(f"no drill: {fault}\n")
        return 2
    finally:
        if not arguments.keep:
            for namespace in (cluster.namespace, cluster.outside):
                cluster.run("delete", "namespace", namespace, "--ignore-not-found", "--wait=false", check=False)
    return _said(results, time.monotonic() - begin)


def chosen(table: dict[str, Trial], words: list[str]) -> dict[str, Trial]:
    """The lines with any of these words, behind the first ones, which they build on."""
    return {
        name: trial for name, trial in table.items() if not words or name in NEEDED or any(one in name for one in words)
    }


def _tried(
    trials: dict[str, Trial], cluster: Cluster, scene: Scene, arguments: argparse.Namespace
) -> list[tuple[str, bool, str, float]]:
    console = Console(stderr=True, highlight=False)
    results: list[tuple[str, bool, str, float]] = []
    drill: Drill | None = None
    for name, trial in trials.items():
        begin = time.monotonic()
        try:
            with console.status(name):
                if drill is None:
                    drill = _set(cluster, scene, arguments)
                said, held = trial(drill), True
        except DidNotHold as fault:
            said, held = str(fault), False
        results.append((name, held, said, time.monotonic() - begin))
        console.print(f"{'✓' if held else '✗'} {name}: {said}", markup=False, soft_wrap=True)
        if drill is None or (not held and (arguments.until_fault or name == next(iter(trials)))):
            break  # nothing stands: the rest would say the same
        if not held:
            drill.settle()
    return results


def _set(cluster: Cluster, scene: Scene, arguments: argparse.Namespace) -> Drill:
    cluster.apply(scene.premises())
    cluster.run("-n", cluster.outside, "rollout", "status", "deploy/premises", "--timeout=120s", seconds=130)
    cluster.inside("left")  # makes the containers
    enforced(cluster, scene.images["footfall-premises"])
    overlay, patch = arguments.overlay.resolve(), arguments.patch
    manifests = scene.chart(patch) if arguments.chart else scene.overlay(overlay, patch)
    warnings = cluster.apply(yaml.safe_dump_all(manifests))
    store = Store(user_cache() / "objects")
    pictures = [path.read_bytes() for path in files_of_packages(PHOTOGRAPHS, store, lambda _: None)]
    filler = scene.images["footfall-premises"]
    return Drill(cluster, pictures, warnings, arguments.rounds, filler, arguments.other)


def _said(results: list[tuple[str, bool, str, float]], seconds: float) -> int:
    table = Table(title=f"the drill, {seconds:.0f} s", title_justify="left")
    for column in ("tried", "held", "seen", "s"):
        table.add_column(column)
    for name, held, said, took in results:
        table.add_row(name, "yes" if held else "NO", said, f"{took:.0f}")
    Console(highlight=False).print(table)
    return 0 if results and all(held for _, held, _, _ in results) else 1


def _interrupted(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.drill", description=__doc__)
    parser.add_argument(
        "--overlay", type=Path, default=OVERLAY, metavar="FOLDER", help="what to try (default: production)"
    )
    parser.add_argument("--chart", action="store_true", help="try the Helm chart instead of an overlay")
    parser.add_argument("--patch", type=Path, metavar="FILE", help="a Kustomize patch on top of it")
    parser.add_argument(
        "--registry", default="", metavar="PREFIX", help="of the three images, e.g. registry.example.com/"
    )
    parser.add_argument("--tag", default=current(), help="of the three images (default: %(default)s)")
    parser.add_argument(
        "--load", metavar="COMMAND", help="hands an image to the cluster, e.g. `kind load docker-image`"
    )
    parser.add_argument(
        "--rounds", type=int, default=3, metavar="N", help="how often the six pictures are fed each time"
    )
    parser.add_argument("--long", action="store_true", help="the long outages too: some 40 minutes instead of 6")
    parser.add_argument(
        "--other", default="", metavar="TAG", help="another tag of the images, to roll out to (default: one not there)"
    )
    parser.add_argument(
        "--only", action="append", default=[], metavar="WORDS", help="only lines that have these words (or those…)"
    )
    parser.add_argument("--until-fault", action="store_true", help="end at the first line that doesn't hold")
    parser.add_argument("--keep", action="store_true", help="leave the namespaces, to look at them")
    return parser.parse_args(argv)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
