"""Settings and twins in the templates against the code that reads them: same names, values it takes, none missing."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from edge.settings import TWIN_NAMES
from edge.settings import Settings as EdgeSettings
from face_api.settings import Settings as FaceApiSettings
from function_app.settings import WorkerSettings
from infra.check.arm_template import read_json, template
from infra.check.edge_manifests import FOLDER as MANIFESTS
from infra.check.edge_manifests import desired_of, modules
from infra.check.finding import Finding
from infra.check.kubernetes import OVERLAYS
from infra.check.kustomize import Manifest, build, containers, pod_of

READ_BY_THE_HOST = re.compile(r"AzureWebJobs\w+|FUNCTIONS_\w+|APPLICATIONINSIGHTS_CONNECTION_STRING|WEBSITE_\w+")
"""Settings of the Functions host itself."""

CONTAINERS: dict[str, type[BaseModel]] = {"worker": WorkerSettings, "face-api": FaceApiSettings}
"""Containers that run our code, and what reads their environment."""

DEFAULTS_STAND_IN = "edge.layered.json"
"""The manifest whose twin spells out the module's own defaults."""

_STAND_INS = {
    "PictureStorage": "BlobEndpoint=https://a.blob.example/;SharedAccessSignature=stand-in",
    "ANONYMIZATION_KEY_SINCE": "2026-01-01T00:00:00Z",
    "CameraSource": "rtsp://camera:554/stream",
    "FACE_API_ENDPOINT": "http://face-api:5000",
    "FACE_API_DATABASE": "postgresql://stand-in",
}
_ANY = "stand-in for a secret, longer than thirty-two bytes"


def check(root: Path) -> Iterator[Finding]:
    """The Functions app's template, the Kubernetes overlays and the IoT Edge manifests."""
    yield from _function_app(root)
    for folder in sorted((root / OVERLAYS).iterdir()):
        manifests = build(folder, root)
        for manifest in manifests:
            pod = pod_of(manifest)
            for container in containers(pod) if pod else ():
                if container["name"] in CONTAINERS:
                    where = f"{folder.relative_to(root)} {container['name']}"
                    yield from _fits(where, _environment(container, manifests), CONTAINERS[container["name"]])
    for path in sorted((root / MANIFESTS).glob("*.json")):
        yield from _manifest(path, root)


def _function_app(root: Path) -> Iterator[Finding]:
    arm = template(root / "infra/stack_hub/function_app.json", root)
    site = next(one for one in arm.resources if one.type == "Microsoft.Web/sites")
    given = {one["name"]: one["value"] for one in site.body["properties"]["siteConfig"]["appSettings"]}
    ours = {name: value for name, value in given.items() if not READ_BY_THE_HOST.fullmatch(name)}
    yield from _fits(arm.file, ours, WorkerSettings)
    for source in sorted((root / "function_app").glob("*.py")):
        for name in re.findall(r"%([A-Za-z_]+)%", source.read_text()):
            if name not in given:
                yield Finding(
                    "setting", arm.file, f"function_app/{source.name} asks the host for {name}, which is not set"
                )


def _environment(container: Manifest, manifests: list[Manifest]) -> dict[str, Any]:
    maps = {one["metadata"]["name"]: one["data"] for one in manifests if one["kind"] == "ConfigMap"}
    found: dict[str, Any] = {}
    for source in container.get("envFrom", []):
        found |= maps.get(source["configMapRef"]["name"], {})
    for variable in container.get("env", []):
        found[variable["name"]] = variable.get("value", "${secret}")
    return found


def _manifest(path: Path, root: Path) -> Iterator[Finding]:
    file = str(path.relative_to(root))
    content = read_json(path, root)["modulesContent"]
    twin = desired_of(content, "edge")
    for name, module in modules(content):
        if name == "edge":
            environment = {key: entry["value"] for key, entry in module.get("env", {}).items()}
            yield from _fits(file, environment, EdgeSettings)
    for name in sorted(twin.keys() - TWIN_NAMES):
        yield Finding("setting", file, f"{name} is no property of the module's twin")
    yield from _fits(file, {name: value for name, value in twin.items() if name in TWIN_NAMES}, EdgeSettings)
    if path.name == DEFAULTS_STAND_IN:
        yield from _defaults(file, twin)


def _defaults(file: str, twin: Mapping[str, Any]) -> Iterator[Finding]:
    try:
        read = EdgeSettings.model_validate({name: value for name, value in twin.items() if name in TWIN_NAMES})
    except ValidationError:
        return  # _fits has said so
    for field, information in EdgeSettings.model_fields.items():
        name, default = str(information.alias), information.get_default()
        if name in twin and getattr(read, field) != default:
            yield Finding("setting", file, f"{name} is {twin[name]!r}; the code has {default!r}")


def _fits(file: str, given: Mapping[str, Any], kind: type[BaseModel]) -> Iterator[Finding]:
    """Each name is one that the code reads, none it needs is missing, and the values are ones it takes."""
    names = {str(field.alias) for field in kind.model_fields.values()}
    for name in sorted(given.keys() - names):
        yield Finding("setting", file, f"{name} is read by nobody: {kind.__module__} has no such setting")
    for field in kind.model_fields.values():
        if field.is_required() and field.alias not in given:
            yield Finding("setting", file, f"{field.alias} is missing: {kind.__module__} needs it")
    stood_in = {name: _stand_in(name, value) for name, value in given.items() if name in names}
    try:
        kind.model_validate(stood_in)
    except ValidationError as error:
        for fault in error.errors():
            if fault["type"] != "missing":
                yield Finding("setting", file, f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}")


def _stand_in(name: str, value: Any) -> Any:
    """Something in place of what is filled in only when deploying."""
    filled_in_later = isinstance(value, str) and value.startswith(("${", "["))
    return _STAND_INS.get(name, _ANY) if filled_in_later and not value.startswith('["') else value
