"""IoT Edge deployment manifests: the published schemas where they are at hand, and what the schemas leave open."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra.check import rules
from infra.check.files import read_json
from infra.check.finding import Finding, Outcome
from infra.check.schemas import against

FOLDER = "infra/iot_edge"


def check(root: Path) -> Iterator[Outcome]:
    """Every manifest in infra/iot_edge."""
    for path in sorted((root / FOLDER).glob("*.json")):
        file = str(path.relative_to(root))
        content = read_json(path, root).get("modulesContent")
        if not content:
            yield Finding("schema", file, "no modulesContent")
            continue
        for twin, desired in content.items():
            yield from rules.judge("twin", file, twin, {"name": twin, "desired": desired})
            if twin.startswith("$") and "properties.desired" in desired:  # a layered one has no version
                version = desired["properties.desired"].get("schemaVersion")
                schema = f"iot_edge/azure-iot-{twin[1:].lower()}-deployment-{version}.json"
                yield from against(schema, file, {twin: desired})
        for name, module in modules(content):
            yield from rules.judge("module", file, name, {"name": name, **module})
            yield from _options(file, name, module["settings"].get("createOptions") or "{}")
        for name, route in desired_of(content, "$edgeHub", "routes").items():
            whole = route if isinstance(route, dict) else {"route": route}
            yield from rules.judge("route", file, f"route {name} {whole.get('route')!r}", whole)


def modules(content: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Names and definitions of the modules a manifest sets, system modules with their bare names."""
    for kind in ("systemModules", "modules"):
        found = desired_of(content, "$edgeAgent", kind)
        yield from ((name, one) for name, one in found.items() if "settings" in one)  # others: a part of one


def desired_of(content: dict[str, Any], module: str, under: str = "") -> dict[str, Any]:
    """A module's desired properties, or what is under one, be they set whole or layered, property by property."""
    found: dict[str, Any] = {}
    for key, value in content.get(module, {}).items():
        path = ".".join(filter(None, ("properties.desired", under)))
        if key == "properties.desired":
            found |= value.get(under, {}) if under else value
        elif key.startswith(f"{path}."):
            found[key.removeprefix(f"{path}.")] = value
    return found


def _options(file: str, name: str, options: object) -> Iterator[Finding]:
    try:
        read = json.loads(options) if isinstance(options, str) else {}
    except ValueError as fault:
        yield Finding("create-options", file, f"{name}: createOptions is no JSON: {fault}")
        return
    if name not in ("edgeAgent", "edgeHub") and isinstance(options, str):
        yield from rules.judge("create options", file, name, read)
