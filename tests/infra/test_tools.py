"""Which program a check runs, and what it says where there is none."""

from pathlib import Path

import pytest

from infra.check import tools
from infra.check.finding import Finding, NotRun


def test_the_program_that_a_variable_names_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "my-bicep"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("BICEP", str(program))

    assert tools.bicep() == str(program)


def test_a_variable_that_names_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECTL", "/nowhere/kubectl")

    with pytest.raises(tools.Missing, match="KUBECTL names /nowhere/kubectl"):
        tools.kubectl()


def test_a_missing_tool_is_a_fault_only_where_every_tool_was_promised(monkeypatch: pytest.MonkeyPatch) -> None:
    missing = tools.Missing("it is not here")
    monkeypatch.delenv("CI", raising=False)
    assert isinstance(tools.left_out("Bicep", missing), NotRun)

    monkeypatch.setenv("CI", "true")
    assert isinstance(tools.left_out("Bicep", missing), Finding)


def test_who_asks_to_do_without_a_tool_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("BICEP", "none")

    with pytest.raises(tools.LeftOut) as fault:
        tools.bicep()

    assert isinstance(tools.left_out("Bicep", fault.value), NotRun)
