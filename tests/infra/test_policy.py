"""What the check makes of checkov's report (running checkov itself is left to `make check-infra`)."""

import json
from pathlib import Path
from typing import Any

import yaml

from infra.check.finding import ROOT, Finding, Outcome
from infra.check.policy import SKIPS, environment, judge, stage

FAILED = {
    "check_id": "CKV_AZURE_35",
    "check_name": "Ensure default network access rule is deny",
    "file_path": "/infra/azure/modules/results.bicep",
    "resource": "Microsoft.Storage/storageAccounts.account",
}
SKIP = {"check": "CKV_AZURE_35", "file": "infra/azure/modules/*.bicep", "why": "the job comes from shared addresses"}


def report(*failed: dict[str, Any], unread: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    return [{"results": {"failed_checks": list(failed), "parsing_errors": list(unread)}}]


def rules(found: list[Outcome]) -> list[str]:
    return [one.rule for one in found if isinstance(one, Finding)]


def test_when_a_policy_fails_and_nobody_said_why_it_may_then_it_is_a_fault() -> None:
    assert rules(list(judge(report(FAILED), []))) == ["policy"]


def test_when_a_policy_is_skipped_with_a_reason_then_it_passes() -> None:
    assert rules(list(judge(report(FAILED), [SKIP]))) == []


def test_when_a_skip_has_no_reason_then_it_is_a_fault() -> None:
    assert rules(list(judge(report(FAILED), [SKIP | {"why": "later"}]))) == ["policy"]


def test_when_a_skip_skips_nothing_any_more_then_it_must_go() -> None:
    assert rules(list(judge(report(), [SKIP]))) == ["needless-skip"]


def test_when_checkov_can_not_read_a_file_then_that_is_no_pass() -> None:
    assert rules(list(judge(report(unread=("/infra/azure/main.bicep",)), []))) == ["syntax"]


def test_every_skip_says_why() -> None:
    skips = json.loads(SKIPS.read_text())

    assert all(len(skip["why"]) >= 20 for skip in skips)
    assert len({(skip["check"], skip["file"]) for skip in skips}) == len(skips)


def test_checkov_sees_the_overlays_as_kustomize_would_build_them(tmp_path: Path) -> None:
    stage(ROOT, tmp_path)

    built = list(yaml.safe_load_all((tmp_path / "infra/stack_hub/kubernetes/overlays/dev.yaml").read_text()))
    assert {"Deployment", "NetworkPolicy", "StatefulSet"} <= {one["kind"] for one in built}
    assert not list(tmp_path.rglob("kustomization.yaml"))


def test_checkov_sees_each_installation_worked_out(tmp_path: Path) -> None:
    stage(ROOT, tmp_path)

    template = json.loads((tmp_path / "infra/azure/main.prod.json").read_text())
    assert "Microsoft.StreamAnalytics/streamingjobs" in {one["type"] for one in template["resources"]}
    assert "[parameters(" not in json.dumps(template)


def test_the_environment_is_a_new_one_when_the_pins_change(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("infra.installed.environment", lambda folder, *_: folder)
    pins = tmp_path / "pins.txt"
    pins.write_text("checkov==1\n")
    monkeypatch.setattr("infra.check.policy.PINS", pins)
    before = environment()

    pins.write_text("checkov==2\n")

    assert environment() != before
    assert environment().is_relative_to(tmp_path)
