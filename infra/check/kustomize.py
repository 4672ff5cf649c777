"""What `kubectl kustomize` would build, for the few features the manifests here use.

Kustomize itself comes from none of the package indexes this project uses. Fields this resolver doesn't know are
refused, so that it can't build something else than Kustomize would.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from infra.check.finding import Unreadable

Manifest = dict[str, Any]

_FIELDS = {"apiVersion", "kind", "resources", "namespace", "images", "patches"}
_CLUSTER_WIDE = {"Namespace"}
_MERGE_KEYS = ("name", "containerPort", "mountPath")
"""Lists of objects that have one of these are merged by it, as Kubernetes' merge keys say for the fields used here."""


def build(folder: Path, root: Path) -> list[Manifest]:
    """The manifests of a kustomization. Raises Unreadable."""
    file = folder / "kustomization.yaml"
    documents = read(file, root)
    if len(documents) != 1:
        raise Unreadable(str(file.relative_to(root)), "expected one document")
    kustomization = documents[0]
    unknown = kustomization.keys() - _FIELDS
    if unknown:
        raise Unreadable(str(file.relative_to(root)), f"this check can't resolve {', '.join(sorted(unknown))}")
    found: list[Manifest] = []
    for name in kustomization.get("resources", []):
        path = (folder / name).resolve()
        found += build(path, root) if path.is_dir() else read(path, root)
    for patch in kustomization.get("patches", []):
        if patch.keys() != {"path"}:
            raise Unreadable(str(file.relative_to(root)), "patches are files here: only path is resolved")
        for document in read(folder / patch["path"], root):
            _patch(found, document, str((folder / patch["path"]).relative_to(root)))
    for manifest in found:
        _name_images(manifest, kustomization.get("images", []))
        _place(manifest, kustomization.get("namespace"))
    return found


def read(path: Path, root: Path) -> list[Manifest]:
    """A file's documents. Raises Unreadable."""
    try:
        documents = list(yaml.safe_load_all(path.read_text()))
    except (OSError, yaml.YAMLError) as fault:
        raise Unreadable(str(path.resolve().relative_to(root.resolve())), " ".join(str(fault).split())) from None
    if not all(isinstance(document, dict) for document in documents):
        raise Unreadable(str(path.relative_to(root)), "expected documents that are objects")
    return documents


def pod_of(manifest: Manifest) -> Manifest | None:
    """The pod's template (metadata and spec) inside a workload, if it is one."""
    spec = manifest.get("spec", {})
    if manifest["kind"] == "CronJob":
        spec = spec.get("jobTemplate", {}).get("spec", {})
    template = spec.get("template") if isinstance(spec, dict) else None
    return template if isinstance(template, dict) else None


def containers(pod: Manifest) -> Iterator[Manifest]:
    """The containers of a pod's template, initial ones too."""
    for kind in ("initContainers", "containers"):
        yield from pod.get("spec", {}).get(kind, [])


def _patch(found: list[Manifest], patch: Manifest, file: str) -> None:
    for place, manifest in enumerate(found):
        if manifest["kind"] == patch["kind"] and manifest["metadata"]["name"] == patch["metadata"]["name"]:
            if patch.get("$patch") == "delete":
                del found[place]
            else:
                found[place] = _merge(manifest, patch)
            return
    raise Unreadable(file, f"there is no {patch['kind']} {patch['metadata']['name']} to patch")


def _merge(base: Any, patch: Any) -> Any:
    """A strategic merge: objects by key (null deletes), lists of named objects by name, all else replaced."""
    if isinstance(base, dict) and isinstance(patch, dict):
        merged = {**base}
        for key, value in patch.items():
            if value is None:
                merged.pop(key, None)
            else:
                merged[key] = _merge(base[key], value) if key in base else value
        return merged
    if isinstance(base, list) and isinstance(patch, list):
        for key in _MERGE_KEYS:
            if patch and all(isinstance(item, dict) and key in item for item in (*base, *patch)):
                named = {item[key]: item for item in base}
                for item in patch:
                    named[item[key]] = _merge(named.get(item[key], {}), item)
                return list(named.values())
    return patch


def _name_images(manifest: Manifest, images: list[Manifest]) -> None:
    pod = pod_of(manifest)
    for container in containers(pod) if pod else ():
        name, _, tag = container["image"].partition(":")
        for image in images:
            if image["name"] == name:
                container["image"] = f"{image.get('newName', name)}:{image.get('newTag', tag)}"


def _place(manifest: Manifest, namespace: str | None) -> None:
    if namespace and manifest["kind"] == "Namespace":
        manifest["metadata"]["name"] = namespace
    elif namespace and manifest["kind"] not in _CLUSTER_WIDE:
        manifest["metadata"]["namespace"] = namespace
