"""Settings and twins in the templates against the code that reads them: same names, values it takes, none missing."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jmespath
from pydantic import BaseModel, ValidationError

from edge.settings import TWIN_NAMES
from edge.settings import Settings as EdgeSettings
from face_api.settings import Settings as FaceApiSettings
from function_app.settings import WorkerSettings
from infra.check.edge_manifests import FOLDER as MANIFESTS
from infra.check.edge_manifests import desired_of, modules
from infra.check.files import read_json
from infra.check.finding import Finding
from infra.check.kubernetes import OVERLAYS
from infra.check.kustomize import Manifest, build, containers, pod_of
from infra.check.snapshots import hub_templates

READ_BY_THE_HOST = re.compile(r"AzureWebJobs\w+|FUNCTIONS_\w+|APPLICATIONINSIGHTS_CONNECTION_STRING|WEBSITE_\w+")
"""Settings of the Functions host itself."""

READ_BY_OTHERS = frozenset({"SECRETS_DIR", "AZMON_COLLECT_ENV", "ORT_DISABLE_TELEMETRY", "REQUESTS_CA_BUNDLE"})
"""Variables that are no settings of ours: where secrets are mounted, what agents and libraries ask for."""

CONTAINERS: dict[str, type[BaseModel]] = {"worker": WorkerSettings, "face-api": FaceApiSettings}
"""Containers that run our code, and what reads their environment."""

DEFAULTS_STAND_IN = "edge.layered.json"
"""The manifest whose twin spells out the module's own defaults."""

_STAND_INS = {
    "AllowedHosts": "a.blob.example",
    "PictureStorage": "BlobEndpoint=https://a.blob.example/;SharedAccessSignature=stand-in",
    "ANONYMIZATION_KEY_SINCE": "2026-01-01T00:00:00Z",
    "CameraSource": "rtsp://camera:554/stream",
    "FACE_API_ENDPOINT": "http://face-api:5000",
    "FACE_API_DATABASE": "postgresql://stand-in",
    "FACE_API_ERASING_KEY": "another stand-in for a secret, longer than thirty-two bytes",
}
_FILES = jmespath.compile("[].[secret, projected.sources[].secret][][].items[].path")
_SAID = {"extra_forbidden": "is read by nobody", "missing": "is missing"}
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
                    given = _environment(container, manifests) | _mounted(container, pod or {})
                    yield from _fits(where, given, CONTAINERS[container["name"]])
    for path in sorted((root / MANIFESTS).glob("*.json")):
        yield from _manifest(path, root)


def _function_app(root: Path) -> Iterator[Finding]:
    file = "infra/stack_hub/function_app.json"
    (template,) = (one for one in hub_templates(root) if "function-app" in one.file)
    site = next(one for one in template.resources if one["type"] == "Microsoft.Web/sites")
    given = {one["name"]: one["value"] for one in site["properties"]["siteConfig"]["appSettings"]}
    ours = {name: value for name, value in given.items() if not READ_BY_THE_HOST.fullmatch(name)}
    yield from _fits(file, ours, WorkerSettings)
    for source in sorted((root / "function_app").glob("*.py")):
        for name in re.findall(r"%([A-Z][A-Za-z_]{3,})%", source.read_text()):
            if name not in given:
                yield Finding("setting", file, f"function_app/{source.name} asks the host for {name}, which is not set")


def _mounted(container: Manifest, pod: Manifest) -> dict[str, Any]:
    """Secrets that the container finds as files in SECRETS_DIR."""
    folder = {one["name"]: one.get("value") for one in container.get("env", [])}.get("SECRETS_DIR")
    mounts = {one["name"] for one in container.get("volumeMounts", []) if one["mountPath"] == folder}
    volumes = [one for one in pod["spec"].get("volumes", []) if one["name"] in mounts]
    return dict.fromkeys(_FILES.search(volumes), "${secret}")


def _environment(container: Manifest, manifests: list[Manifest]) -> dict[str, Any]:
    maps = {one["metadata"]["name"]: one["data"] for one in manifests if one["kind"] == "ConfigMap"}
    found: dict[str, Any] = {}
    for source in container.get("envFrom", []):
        found |= maps.get(source["configMapRef"]["name"], {})
    given = [one for one in container.get("env", []) if one["name"] not in READ_BY_OTHERS]
    return found | {one["name"]: one.get("value", "${secret}") for one in given}


def _manifest(path: Path, root: Path) -> Iterator[Finding]:
    file = str(path.relative_to(root))
    content = read_json(path, root)["modulesContent"]
    twin = desired_of(content, "edge")
    for name, module in modules(content):
        if name == "edge":
            entries = module.get("env", {}).items()
            given = {key: entry["value"] for key, entry in entries if key not in READ_BY_OTHERS}
            yield from _fits(file, given, EdgeSettings)
    for name in sorted(twin.keys() - TWIN_NAMES):
        yield Finding("setting", file, f"{name} is no property of the module's twin")
    known = {name: value for name, value in twin.items() if name in TWIN_NAMES}
    faults = list(_fits(file, known, EdgeSettings))
    yield from faults
    if path.name == DEFAULTS_STAND_IN and not faults:
        read, default = (EdgeSettings.model_validate(one).model_dump(by_alias=True) for one in (known, {}))
        for name, value in known.items():
            if read[name] != default[name]:
                yield Finding("setting", file, f"{name} is {value!r}; the code has {default[name]!r}")


def _fits(file: str, given: Mapping[str, Any], kind: type[BaseModel]) -> Iterator[Finding]:
    """Each name is one that the code reads, none it needs is missing, and the values are ones it takes."""
    stood_in = {name: _stand_in(name, value) for name, value in given.items()}
    # Without the __init__ of pydantic-settings, which would read this machine's environment too.
    plain: type[BaseModel] = type(kind.__name__, (kind,), {"__init__": BaseModel.__init__})
    try:
        plain.model_validate(stood_in, extra="forbid", by_alias=True, by_name=False)
    except ValidationError as error:
        for fault in error.errors():
            said = _SAID.get(fault["type"], fault["msg"])
            yield Finding("setting", file, f"{'.'.join(map(str, fault['loc']))}: {said} ({kind.__module__})")


def _stand_in(name: str, value: Any) -> Any:
    """Something in place of what is filled in only when deploying."""
    filled_in_later = isinstance(value, str) and value.startswith(("${", "["))
    return _STAND_INS.get(name, _ANY) if filled_in_later and not value.startswith('["') else value
