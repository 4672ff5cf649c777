"""IoT Edge deployment manifests: the published schemas where they are at hand, and what the schemas leave open."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra.check.files import read_json
from infra.check.finding import ROOT, Finding, NotRun, Outcome
from infra.check.secrets import is_secret

SCHEMA_CHECK = ROOT.parent / "shared/checks/edge_manifest.py"
FOLDER = "infra/iot_edge"
_MODULE_NAME = re.compile(r"[^.$# ]{1,128}")
_ROUTE = re.compile(r"FROM /\S+( WHERE .+)? INTO (\$upstream|BrokeredEndpoint\(\"/modules/[^/]+/inputs/[^/]+\"\))")
_STRING_LIMIT = 4096
_TWIN_LIMIT = 32 * 1024


def check(root: Path) -> Iterator[Outcome]:
    """Every manifest in infra/iot_edge."""
    files = sorted((root / FOLDER).glob("*.json"))
    yield from _schemas(files, root)
    for path in files:
        file = str(path.relative_to(root))
        content = read_json(path, root).get("modulesContent", {})
        for twin, desired in content.items():
            yield from _twin(file, twin, desired)
        for name, module in modules(content):
            yield from _module(file, name, module)
        for route in _routes(content.get("$edgeHub", {})):
            yield from _route(file, route)


def modules(content: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Names and definitions of the modules a manifest sets, system modules with their bare names."""
    agent = content.get("$edgeAgent", {})
    whole = agent.get("properties.desired", {})
    yield from whole.get("systemModules", {}).items()
    yield from whole.get("modules", {}).items()
    for key, value in agent.items():
        layered = re.fullmatch(r"properties\.desired\.modules\.([^.]+)", key)
        if layered:
            yield layered.group(1), value


def desired_of(content: dict[str, Any], module: str) -> dict[str, Any]:
    """A module's desired properties, be they set whole or layered, property by property."""
    found: dict[str, Any] = {}
    for key, value in content.get(module, {}).items():
        if key == "properties.desired":
            found |= value
        else:
            found[key.removeprefix("properties.desired.")] = value
    return found


def _schemas(files: list[Path], root: Path) -> Iterator[Outcome]:
    if not SCHEMA_CHECK.exists():
        yield NotRun("IoT Edge schemas", f"{SCHEMA_CHECK} is not here")
        return
    command = [sys.executable, str(SCHEMA_CHECK), *map(str, files)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    *lines, last = answer.stdout.splitlines() or ["nothing"]
    if not last.endswith("problems"):
        yield Finding("schema", FOLDER, f"{SCHEMA_CHECK.name} failed: {answer.stderr[-300:]}")
    for line in lines:
        file, _, problem = line.partition(": ")
        yield Finding("schema", str(Path(file).relative_to(root)), problem)


def _twin(file: str, twin: str, desired: dict[str, Any]) -> Iterator[Finding]:
    if not _MODULE_NAME.fullmatch(twin.removeprefix("$")):
        yield Finding("module-name", file, f"{twin}: names have no dot, $, # or space")
    if len(json.dumps(desired)) > _TWIN_LIMIT:
        yield Finding("twin-size", file, f"{twin}: desired properties are limited to 32 KB")
    for key in desired:
        if key == "properties.desired" and not twin.startswith("$"):
            yield Finding("twin-replaced", file, f"{twin}: as a whole it takes away what was set by hand, each time")
        if not key.startswith("properties.desired"):
            yield Finding("schema", file, f"{twin}: {key} is none of a twin's desired properties")


def _module(file: str, name: str, module: dict[str, Any]) -> Iterator[Finding]:
    if not _MODULE_NAME.fullmatch(name):
        yield Finding("module-name", file, f"{name}: names have no dot, $, # or space")
    settings = module["settings"]
    tag = settings["image"].rpartition("/")[2].partition(":")[2]
    if tag in ("", "latest"):
        yield Finding("image", file, f"{name}: {settings['image']} has no fixed version")
    options = settings.get("createOptions", "{}")
    if not isinstance(options, str):
        yield Finding("create-options", file, f"{name}: createOptions must be a string holding JSON, not an object")
        return
    if len(options) > _STRING_LIMIT:
        yield Finding("create-options", file, f"{name}: a twin's strings are limited to 4 KB: split createOptions")
    try:
        read = json.loads(options or "{}")
    except ValueError as fault:
        yield Finding("create-options", file, f"{name}: createOptions is no JSON: {fault}")
        return
    if name not in ("edgeAgent", "edgeHub"):
        yield from _container(file, name, read)
    for variable, entry in module.get("env", {}).items():
        secret = is_secret(variable)
        if secret and not str(entry.get("value", "")).startswith("${"):
            yield Finding("plain-secret", file, f"{name}: {variable} must be a placeholder, filled in when deploying")


def _container(file: str, name: str, options: dict[str, Any]) -> Iterator[Finding]:
    user = str(options.get("User", "0")).partition(":")[0]
    host = options.get("HostConfig", {})
    if user in ("", "0", "root") or host.get("Privileged"):
        yield Finding("root", file, f"{name}: runs as root: set User in createOptions, and no Privileged")
    if host.get("CapDrop") != ["ALL"]:
        yield Finding("locked-down", file, f"{name}: CapDrop must be all capabilities")
    if "/var/run/docker.sock" in json.dumps(host):
        yield Finding("locked-down", file, f"{name}: the container engine's socket has no place in a module")


def _routes(hub: dict[str, Any]) -> Iterator[Any]:
    yield from hub.get("properties.desired", {}).get("routes", {}).values()
    for key, value in hub.items():
        if key.startswith("properties.desired.routes."):
            yield value


def _route(file: str, route: Any) -> Iterator[Finding]:
    text = route["route"] if isinstance(route, dict) else route
    if not _ROUTE.fullmatch(text):
        yield Finding("route", file, f"{text!r} is no route")
    if isinstance(route, dict) and route.get("priority", 0) not in range(10):
        yield Finding("route", file, f"{text!r}: priority is 0 to 9")
