"""Overlays as kubectl builds them."""

from pathlib import Path

import pytest

from infra.check.finding import ROOT, Unreadable
from infra.check.kubernetes import OVERLAYS
from infra.check.kustomize import build, containers, pod_of
from infra.check.network import matches


def test_images_and_namespace_are_those_of_the_overlay() -> None:
    manifests = build(ROOT / OVERLAYS / "production", ROOT)

    images = {one["image"] for each in manifests if (pod := pod_of(each)) for one in containers(pod)}
    assert {image.partition(":")[0] for image in images} == {
        "registry.example.com/footfall-face-api",
        "registry.example.com/footfall-worker",
        "postgres",
    }
    assert {one["metadata"].get("namespace", "footfall") for one in manifests} == {"footfall"}


def test_a_budget_is_gone_where_one_replica_must_be_drainable() -> None:
    manifests = build(ROOT / OVERLAYS / "dev", ROOT)

    assert not [one for one in manifests if one["kind"] == "PodDisruptionBudget"]


def test_what_kubectl_can_not_build_is_said_in_its_words(tmp_path: Path) -> None:
    folder = tmp_path / "overlays/one"
    folder.mkdir(parents=True)
    (folder / "kustomization.yaml").write_text("resources: [nothing.yaml]\n")

    with pytest.raises(Unreadable, match=r"overlays/one: .*nothing\.yaml"):
        build(folder, tmp_path)


def test_a_change_is_seen_though_the_last_build_is_remembered(tmp_path: Path) -> None:
    folder = tmp_path / "overlays/one"
    folder.mkdir(parents=True)
    (folder / "kustomization.yaml").write_text("resources: [a.yaml]\n")
    names = []
    for name in ("first", "second"):
        (folder / "a.yaml").write_text(f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}}}\n")
        names += [one["metadata"]["name"] for one in build(folder, tmp_path)]

    assert names == ["first", "second"]


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
