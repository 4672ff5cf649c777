"""`python -m infra.chart` writes infra/helm from overlays/production: one set of manifests, two ways to apply them.

What an installation may want otherwise becomes a value; everything else stands in the templates as the overlay has it.
"""

import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import yaml

from infra.check.finding import ROOT
from infra.check.kubernetes import OVERLAYS
from infra.check.kustomize import Manifest, build, containers, pod_of

CHART = "infra/helm"
HEAD = "# Written by `python -m infra.chart` from overlays/production: change it there.\n"
VALUES_HEAD = """\
# What an installation may want otherwise; the names of settings are those of docs/architecture.md.
# Written by `python -m infra.chart` from overlays/production: give your own with `helm install -f`.
"""
_OURS = re.compile(r"(?P<registry>.*/)?(?P<name>footfall-[a-z-]+):(?P<tag>.+)")
_TOKEN = re.compile(r"'?@@(.*?)@@'?")
_MAX_CONNECTIONS = re.compile(r"max_connections=(\d+)")


def files(root: Path) -> dict[str, str]:
    """The chart's values and templates by their names in it, made from the overlay as it is. Raises Unreadable."""
    values: dict[str, Any] = {"namespace": {"create": False}, "images": {}, "settings": {}}
    templates: dict[str, list[str]] = defaultdict(list)
    for manifest in build(root / OVERLAYS / "production", root):
        name = manifest["metadata"]["name"]
        text = yaml.safe_dump(_templated(manifest, values), width=1000)
        text = _TOKEN.sub(lambda found: "{{ " + found[1] + " }}", text)
        if manifest["kind"] == "Namespace":
            text = "{{- if .Values.namespace.create }}\n" + text + "{{- end }}\n"
        templates[_file(manifest["kind"], name)].append(text)
    made = {f"templates/{file}.yaml": HEAD + "---\n".join(texts) for file, texts in sorted(templates.items())}
    made["values.yaml"] = VALUES_HEAD + yaml.safe_dump(values, sort_keys=False, width=120)
    return made


def _file(kind: str, name: str) -> str:
    kinds = {"NetworkPolicy": "network-policies", "ConfigMap": "settings", "Namespace": "namespace"}
    return kinds.get(kind, name)


def _templated(manifest: Manifest, values: dict[str, Any]) -> Manifest:
    """The manifest with a token for each value, whose default goes into `values`."""
    name, kind, spec = manifest["metadata"]["name"], manifest["kind"], manifest.get("spec", {})
    if kind == "Namespace":
        manifest["metadata"]["name"] = "@@.Release.Namespace@@"
    else:
        manifest["metadata"]["namespace"] = "@@.Release.Namespace@@"
    if kind == "ConfigMap":
        values["settings"][_camel(name.removesuffix("-settings"))] = manifest["data"]
        manifest["data"] = f"@@toYaml .Values.settings.{_camel(name.removesuffix('-settings'))} | nindent 2@@"
    if kind == "HorizontalPodAutoscaler":
        for bound in ("minReplicas", "maxReplicas"):
            spec[bound] = _value(values, f"{_camel(name)}.{bound}", spec[bound])
    if kind == "PodDisruptionBudget":
        spec["minAvailable"] = _value(values, f"{_camel(name)}.minAvailable", spec["minAvailable"])
    for claim in spec.get("volumeClaimTemplates", []) if isinstance(spec, dict) else ():
        requests = claim["spec"]["resources"]["requests"]
        requests["storage"] = _value(values, f"{_camel(name)}.storage", requests["storage"])
    pod = pod_of(manifest)
    for container in containers(pod) if pod else ():
        _image(container, values)
        for number, argument in enumerate(container.get("args", [])):
            most = _MAX_CONNECTIONS.fullmatch(argument)
            if most:
                value = _value(values, f"{_camel(name)}.maxConnections", int(most[1]))
                container["args"][number] = f"max_connections={value}"
    for secret in pod["spec"].get("imagePullSecrets", []) if pod else ():
        secret["name"] = _value(values, "images.pullSecret", secret["name"])
    return manifest


def _image(container: Manifest, values: dict[str, Any]) -> None:
    ours = _OURS.fullmatch(container["image"])
    if ours:
        registry = _value(values, "images.registry", ours["registry"] or "")
        container["image"] = f"{registry}{ours['name']}:{_value(values, 'images.tag', ours['tag'])}"
    else:
        container["image"] = _value(values, f"images.{_camel(container['name'])}", container["image"])


def _value(values: dict[str, Any], path: str, default: Any) -> str:
    *folders, last = path.split(".")
    for folder in folders:
        values = values.setdefault(folder, {})
    values[last] = default
    return f"@@.Values.{path}@@"


def _camel(name: str) -> str:
    first, *rest = name.split("-")
    return first + "".join(part.capitalize() for part in rest)


def main() -> int:
    """Write the chart anew."""
    for name, text in files(ROOT).items():
        path = ROOT / CHART / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        sys.stderr.write(f"{path.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
