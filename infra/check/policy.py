"""checkov's policies over everything that is deployed; what is skipped stands in policy_skips.json, each with why.

checkov brings a hundred packages of its own, so it lives in an environment of its own in the user's cache folder,
made once for each set of pins.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import yaml

from infra.check.finding import Finding, NotRun, Outcome
from infra.check.kubernetes import OVERLAYS
from infra.check.kustomize import build
from infra.check.snapshots import Deployment, deployments

PINS = Path(__file__).with_name("policy-requirements.txt")
SKIPS = Path(__file__).with_name("policy_skips.json")


def check(root: Path) -> Iterator[Outcome]:
    """Set checkov up where it isn't yet, and run it over a copy with the overlays built."""
    environment = cached_environment()
    try:
        set_up(environment)
    except subprocess.CalledProcessError as fault:
        reason = (fault.stderr or "").strip().splitlines()[-1:] or ["pip failed"]
        yield Finding("set-up", "infra/check/policy-requirements.txt", f"checkov can't be installed: {reason[0]}")
        return
    with tempfile.TemporaryDirectory() as folder:
        staged = Path(folder)
        stage(root, staged)
        report = _run(environment, staged)
    yield from judge(report, json.loads(SKIPS.read_text()))


def cached_environment() -> Path:
    """Where the environment for these pins is, or will be."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "footfall" / f"checkov-{hashlib.sha256(PINS.read_bytes()).hexdigest()[:16]}"


def set_up(environment: Path) -> None:
    """Make the environment, whole or not at all. Raises CalledProcessError."""
    if environment.exists():
        return
    sys.stderr.write(f"installing checkov in {environment} (once, about a minute)\n")
    environment.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=environment.parent) as folder:
        fresh = Path(folder, "checkov")
        venv.create(fresh, with_pip=False)
        pip = [sys.executable, "-m", "pip", "--python", str(fresh / "bin/python"), "install", "--quiet"]
        subprocess.run(
            [*pip, "--no-deps", "--no-compile", "--disable-pip-version-check", "-r", str(PINS)],
            check=True,
            stderr=subprocess.PIPE,
            text=True,
            timeout=600,
        )
        fresh.rename(environment)


def stage(root: Path, folder: Path) -> None:
    """Copy what checkov is to see: templates worked out, overlays as kubectl builds them, Dockerfiles."""
    for deployment in deployments(root):
        target = (folder / deployment.file).with_suffix(".json")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(_template(deployment)))
    hub = folder / "infra/stack_hub"
    hub.mkdir(parents=True, exist_ok=True)
    for path in (root / "infra/stack_hub").glob("*.json"):
        if path.with_suffix(".parameters.json").exists():
            shutil.copy(path, hub)
    for overlay in sorted((root / OVERLAYS).iterdir()):
        target = folder / OVERLAYS / f"{overlay.name}.yaml"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(yaml.safe_dump_all(build(overlay, root)))
    for room in ("edge", "face_api", "function_app"):
        for path in (root / room).glob("*Dockerfile"):
            (folder / room).mkdir(exist_ok=True)
            shutil.copy(path, folder / room)


def _template(deployment: Deployment) -> dict[str, Any]:
    """A snapshot as the ARM template that says the same."""
    schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
    resources = [{key: value for key, value in one.body.items() if key != "id"} for one in deployment.resources]
    return {"$schema": schema, "contentVersion": "1.0.0.0", "resources": resources}


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
        if str(skip) not in needed:
            yield Finding("needless-skip", SKIPS.name, f"{skip['check']} in {skip['file']} passes: skip it no more")
    for skip in skips:
        if len(skip.get("why", "")) < 20:
            yield Finding("policy", SKIPS.name, f"{skip['check']} in {skip['file']}: say why")
    if not report:
        yield NotRun("checkov", "it found nothing to look at")


def _run(environment: Path, folder: Path) -> list[dict[str, Any]]:
    command = [str(environment / "bin/python"), "-m", "checkov.main", "--directory", str(folder), "--skip-download"]
    command += ["--framework", "arm", "kubernetes", "dockerfile", "--output", "json", "--quiet", "--compact"]
    surroundings = {**os.environ, "LOG_LEVEL": "ERROR", "CHECKOV_RENDER_MAX_LEN": "0"}
    answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, env=surroundings)
    try:
        found = json.loads(answer.stdout)
    except ValueError:
        return [{"results": {"failed_checks": [], "parsing_errors": [f"checkov failed: {answer.stderr[-300:]}"]}}]
    frameworks = found if isinstance(found, list) else [found]
    return [one for one in frameworks if "results" in one]
