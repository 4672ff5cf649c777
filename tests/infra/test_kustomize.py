"""The resolver builds what Kustomize would, or refuses."""

from pathlib import Path

import pytest

from infra.check.finding import ROOT, Unreadable
from infra.check.kubernetes import OVERLAYS
from infra.check.kustomize import build, pod_of
from infra.check.network import matches

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 1
  template:
    spec:
      containers:
        - name: web
          image: web
          env:
            - name: A
              value: "1"
            - name: B
              value: "2"
        - name: other
          image: other:1.0
"""


def built(folder: Path, kustomization: str, **files: str) -> list[dict[str, object]]:
    (folder / "web.yaml").write_text(DEPLOYMENT)
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)
    (folder / "kustomization.yaml").write_text(f"resources: [web.yaml]\n{kustomization}")
    return build(folder, folder)


PATCH = "kind: Deployment\nmetadata: {name: web}\n"


def test_a_patch_merges_named_things_and_leaves_the_rest(tmp_path: Path) -> None:
    patch = (
        PATCH
        + "spec: {template: {spec: {containers: [{name: web, env: [{name: B, value: '3'}, {name: C, value: '4'}]}]}}}"
    )

    (web,) = built(tmp_path, "patches: [{path: patch.yaml}]", patch=patch)

    pod = pod_of(web)
    assert pod is not None
    first, second = pod["spec"]["containers"]
    assert [(one["name"], one["value"]) for one in first["env"]] == [("A", "1"), ("B", "3"), ("C", "4")]
    assert (first["image"], second["image"]) == ("web", "other:1.0")


def test_a_patch_takes_away_what_it_sets_to_null(tmp_path: Path) -> None:
    (web,) = built(tmp_path, "patches: [{path: patch.yaml}]", patch=PATCH + "spec: {replicas: null}")

    assert "replicas" not in web["spec"]  # type: ignore[operator]


def test_a_patch_can_delete(tmp_path: Path) -> None:
    assert built(tmp_path, "patches: [{path: patch.yaml}]", patch=PATCH + "$patch: delete") == []


def test_images_and_namespace_are_set(tmp_path: Path) -> None:
    images = "images: [{name: web, newName: registry/web, newTag: '2'}]\nnamespace: shop"

    (web,) = built(tmp_path, images)

    pod = pod_of(web)
    assert pod is not None
    assert [one["image"] for one in pod["spec"]["containers"]] == ["registry/web:2", "other:1.0"]
    assert web["metadata"]["namespace"] == "shop"  # type: ignore[index]


@pytest.mark.parametrize(
    ("kustomization", "said"),
    [
        ("namePrefix: x-", "can't resolve namePrefix"),
        ("patches: [{path: patch.yaml, target: {kind: Service}}]", "only path is resolved"),
        ("patches: [{path: nothing.yaml}]", "nothing.yaml"),
    ],
)
def test_what_it_does_not_know_it_refuses(tmp_path: Path, kustomization: str, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        built(tmp_path, kustomization, patch=PATCH)


def test_a_budget_is_gone_where_one_replica_must_be_drainable() -> None:
    manifests = build(ROOT / OVERLAYS / "dev", ROOT)

    assert not [one for one in manifests if one["kind"] == "PodDisruptionBudget"]


@pytest.mark.parametrize(
    ("selector", "wanted"),
    [
        ({}, True),
        ({"matchLabels": {"app": "web"}}, True),
        ({"matchLabels": {"app": "web", "tier": "x"}}, False),
        ({"matchExpressions": [{"key": "app", "operator": "In", "values": ["web", "db"]}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["web"]}]}, False),
        ({"matchExpressions": [{"key": "tier", "operator": "Exists"}]}, False),
    ],
)
def test_a_selector_takes_the_labels_kubernetes_would(selector: dict[str, object], wanted: bool) -> None:
    assert matches(selector, {"app": "web"}) is wanted
