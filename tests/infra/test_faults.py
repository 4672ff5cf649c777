"""The checks pass on what is here, and each planted fault is caught by the check that should."""

from pathlib import Path

import pytest

from infra.check.__main__ import CHECKS, main, run
from infra.check.finding import ROOT, Finding, NotRun
from tests.infra.planted import Fault, copy, faults

QUICK = [name for name in CHECKS if name != "policy"]


@pytest.mark.parametrize("name", QUICK)
def test_the_templates_as_they_are_pass(name: str) -> None:
    found = [str(one) for one in run(name, ROOT) if isinstance(one, Finding)]

    assert found == []


def test_there_are_twelve_planted_faults_or_more() -> None:
    assert len(faults()) >= 12


@pytest.mark.parametrize("fault", faults(), ids=lambda fault: fault.name)
def test_a_planted_fault_is_caught(fault: Fault, tmp_path: Path) -> None:
    root = copy(tmp_path)
    fault.plant(root)

    after = list(run(fault.check, root))

    not_run = [one for one in after if isinstance(one, NotRun) and one.what == fault.needs and "not here" in one.reason]
    caught = [one for one in after if isinstance(one, Finding) and one.rule == fault.rule]
    assert caught or not_run, f"{fault.why}: not caught; found {after}"


def test_a_fault_ends_with_status_1_and_says_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = copy(tmp_path)
    fault = next(one for one in faults() if one.name == "bad-sku")
    fault.plant(root)

    status = main(["azure_resources"], root)

    assert status == 1
    assert "infra/azure/modules/results.bicep: account: SKU 'Standard_ZSR'" in capsys.readouterr().out


def test_an_unknown_check_ends_with_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["helm"]) == 2
    assert "no check is named helm" in capsys.readouterr().err


def test_a_file_that_is_no_bicep_is_named(tmp_path: Path) -> None:
    root = copy(tmp_path)
    (root / "infra/azure/modules/events.bicep").write_text("param name string = 'not closed\n")

    found = [one for one in run("bicep_source", root) if isinstance(one, Finding)]

    assert ("syntax", "infra/azure/modules/events.bicep") in {(one.rule, one.file) for one in found}
