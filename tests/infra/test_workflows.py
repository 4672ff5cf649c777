"""The workflows for those who adopt the project: actionlint has nothing to say, and each job is bounded."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.check.finding import ROOT
from models.store import user_cache

ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.7"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.fixture(scope="module")
def actionlint() -> Path:
    """The program, built once from its Go module and kept in the user's cache."""
    go, folder = shutil.which("go"), user_cache() / ACTIONLINT.rpartition("/")[2]
    if go is None:
        assert not os.environ.get("CI"), "CI has Go"
        pytest.skip("there is no Go here to build actionlint with")
    if not (folder / "actionlint").exists():
        subprocess.run([go, "install", ACTIONLINT], check=True, env={**os.environ, "GOBIN": str(folder)}, timeout=240)
    return folder / "actionlint"


def test_actionlint_has_nothing_to_say(actionlint: Path) -> None:
    done = subprocess.run([actionlint, *WORKFLOWS], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_a_planted_fault_is_found(actionlint: Path, tmp_path: Path) -> None:
    broken = tmp_path / "test.yml"
    broken.write_text((ROOT / ".github/workflows/test.yml").read_text().replace("runs-on:", "run-on:"))
    assert subprocess.run([actionlint, broken], capture_output=True, check=False).returncode == 1


def jobs() -> list[Any]:
    """(workflow, job) of all."""
    return [
        pytest.param(content, job, id=f"{file.stem}-{name}")
        for file in WORKFLOWS
        for content in [yaml.safe_load(file.read_text())]
        for name, job in content["jobs"].items()
    ]


@pytest.mark.parametrize(("workflow", "job"), jobs())
def test_each_job_ends_by_itself_and_may_no_more_than_it_says(workflow: Any, job: Any) -> None:
    assert job["timeout-minutes"] <= 60
    assert workflow["permissions"]
    for step in job["steps"]:
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


def test_no_secret_is_kept_for_azure() -> None:
    assert "secrets." not in (ROOT / ".github/workflows/what-if.yml").read_text()
