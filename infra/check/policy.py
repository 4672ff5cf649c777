"""checkov's policies over everything that is deployed; what is skipped stands in policy_skips.json, each with why.

checkov brings a hundred packages of its own, so it lives in an environment of its own in the user's cache folder,
made once for each set of pins.
"""

import hashlib
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import yaml

from infra import installed
from infra.check import tools
from infra.check.finding import Finding, NotRun, Outcome
from infra.check.kubernetes import OVERLAYS
from infra.check.kustomize import build
from infra.check.snapshots import HUB, deployments
from models.store import user_cache

PINS = Path(__file__).with_name("policy-requirements.txt")
SKIPS = Path(__file__).with_name("policy_skips.json")
_SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"


def check(root: Path) -> Iterator[Outcome]:
    """Set checkov up where it isn't yet, and run it over a copy with the overlays built."""
    with tools.installing("checkov"):
        python = environment() / "bin/python"
    with tempfile.TemporaryDirectory() as folder:
        staged = Path(folder)
        stage(root, staged)
        report = _run(python, staged)
    yield from judge(report, json.loads(SKIPS.read_text()))


def environment() -> Path:
    """Where checkov is for these pins; made if it isn't there. Raises CalledProcessError."""
    name = f"checkov-{hashlib.sha256(PINS.read_bytes()).hexdigest()[:16]}"
    return installed.environment(user_cache() / name, "--no-deps", "--no-compile", "-r", str(PINS))


def stage(root: Path, folder: Path) -> None:
    """Copy what checkov is to see: templates worked out, overlays as kubectl builds them, Dockerfiles."""
    seen: dict[str, str] = {}
    for deployment in deployments(root):
        resources = [{key: value for key, value in one.items() if key != "id"} for one in deployment.resources]
        template = {"$schema": _SCHEMA, "contentVersion": "1.0.0.0", "resources": resources}
        seen[str(Path(deployment.file).with_suffix(".json"))] = json.dumps(template)
    for overlay in (root / OVERLAYS).iterdir():
        seen[f"{OVERLAYS}/{overlay.name}.yaml"] = yaml.safe_dump_all(build(overlay, root))
    files = [path for path in (root / HUB).glob("*.json") if path.with_suffix(".parameters.json").exists()]
    files += [path for room in ("edge", "face_api", "function_app") for path in (root / room).glob("*Dockerfile")]
    seen |= {str(path.relative_to(root)): path.read_text() for path in files}
    for name, text in seen.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def judge(report: list[dict[str, Any]], skips: list[dict[str, str]]) -> Iterator[Outcome]:
    """Failed policies that aren't skipped, skips that no longer skip anything, and files checkov couldn't read.

    `report` is checkov's JSON, one entry a framework; a skip names `check`, `file` (a pattern) and `why`.
    """
    needed: set[str] = set()
    for framework in report:
        for file in framework["results"].get("parsing_errors") or ():
            yield Finding("syntax", str(file), "checkov can't read it")
        for failed in framework["results"]["failed_checks"]:
            name, file = failed["check_id"], failed["file_path"].lstrip("/")
            skipped = [skip for skip in skips if skip["check"] == name and fnmatch(file, skip["file"])]
            needed |= {str(skip) for skip in skipped}
            if not skipped:
                yield Finding("policy", file, f"{name}: {failed['check_name']} ({failed['resource']})")
    for skip in skips:
        where = f"{skip['check']} in {skip['file']}"
        if str(skip) not in needed:
            yield Finding("needless-skip", SKIPS.name, f"{where} passes: skip it no more")
        if len(skip.get("why", "")) < 20:
            yield Finding("policy", SKIPS.name, f"{where}: say why")
    if not report:
        yield NotRun("checkov", "it found nothing to look at")


def _run(python: Path, folder: Path) -> list[dict[str, Any]]:
    command = [str(python), "-m", "checkov.main", "--directory", str(folder), "--skip-download"]
    command += ["--framework", "arm", "kubernetes", "dockerfile", "--output", "json", "--quiet", "--compact"]
    surroundings = {**os.environ, "LOG_LEVEL": "ERROR", "CHECKOV_RENDER_MAX_LEN": "0"}
    answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, env=surroundings)
    try:
        found = json.loads(answer.stdout)
    except ValueError:
        return [{"results": {"failed_checks": [], "parsing_errors": [f"checkov failed: {answer.stderr[-300:]}"]}}]
    frameworks = found if isinstance(found, list) else [found]
    return [one for one in frameworks if "results" in one]
