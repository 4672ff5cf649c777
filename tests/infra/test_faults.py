"""The checks pass on what is here, and each planted fault is caught by the check that should."""

from pathlib import Path

import pytest

from infra.check import tools
from infra.check.__main__ import CHECKS, WHEN_ASKED, main, run
from infra.check.finding import ROOT, Finding, NotRun
from tests.infra.planted import Fault, copy, faults


@pytest.mark.parametrize("name", [name for name in CHECKS if name not in WHEN_ASKED])
def test_the_templates_as_they_are_pass(name: str) -> None:
    found = [str(one) for one in run(name, ROOT) if isinstance(one, Finding)]

    assert found == []


def has_bicep() -> bool:
    try:
        return bool(tools.bicep())
    except tools.Missing:
        return False


def test_there_are_twelve_planted_faults_or_more() -> None:
    assert len(faults()) >= 12


@pytest.mark.parametrize("fault", faults(), ids=lambda fault: fault.name)
def test_a_planted_fault_is_caught(fault: Fault, tmp_path: Path) -> None:
    root = copy(tmp_path)
    fault.plant(root)

    after = list(run(fault.check, root))

    not_run = [one for one in after if isinstance(one, NotRun) and one.what == fault.needs and "not here" in one.reason]
    if fault.needs == "Bicep" and not has_bicep():
        pytest.skip("Bicep is not here: the kept snapshots are judged instead")
    caught = [one for one in after if isinstance(one, Finding) and one.rule == fault.rule]
    assert caught or not_run, f"{fault.why}: not caught; found {after}"


def test_a_fault_ends_with_status_1_and_says_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = copy(tmp_path)
    fault = next(one for one in faults() if one.name == "container-as-root")
    fault.plant(root)

    status = main(["kubernetes"], root)

    assert status == 1
    assert "overlays/dev: Deployment face-api: runAsNonRoot must be true" in capsys.readouterr().out


def test_an_unknown_check_ends_with_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["helm"]) == 2
    assert "no check is named helm" in capsys.readouterr().err


@pytest.mark.parametrize(("name", "file"), [("azd", "azure.yaml"), ("compose", "compose.yaml")])
def test_a_file_that_is_not_there_is_a_fault(name: str, file: str, tmp_path: Path) -> None:
    assert [str(one) for one in run(name, tmp_path)] == [f"{file}: No such file or directory [unreadable]"]


@pytest.mark.skipif(not has_bicep(), reason="Bicep is not here")
def test_a_file_that_is_no_bicep_is_named(tmp_path: Path) -> None:
    root = copy(tmp_path)
    (root / "infra/azure/modules/events.bicep").write_text("param name string = 'not closed\n")

    found = list(run("bicep", root))

    if has_bicep():
        assert "infra/azure/modules/events.bicep" in {one.file for one in found if isinstance(one, Finding)}
    else:
        assert [type(one) for one in found] == [NotRun]
