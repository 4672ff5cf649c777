"""The scripts around a deployment, with an `az` that records what it was asked."""

import os
import subprocess
from pathlib import Path

import pytest

from infra.check.finding import ROOT

FOLDER = ROOT / "infra/azure"
FAKE = """\
#!/bin/bash
echo "$*" >> "$ASKED"
case "$*" in
*"--query jobState"*) echo "$STATE" ;;
*"--query lastOutputEventTime"*) echo "$LAST" ;;
*"keys list"*) [ -z "$NO_KEY" ] || exit 1; echo "Endpoint=sb://example" ;;
*"deployment group create"*) exit "${DEPLOYED:-0}" ;;
esac
"""


class Az:
    """What was asked of az, in order, without the questions."""

    def __init__(self, folder: Path) -> None:
        self.asked = folder / "asked"
        program = folder / "bin/az"
        program.parent.mkdir()
        program.write_text(FAKE)
        program.chmod(0o755)
        self.surroundings = {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}", "ASKED": str(self.asked)}
        self.surroundings |= {"STATE": "", "LAST": "", "NO_KEY": "", "HOME": str(folder)}

    def run(self, script: str, *arguments: str, **changed: str) -> subprocess.CompletedProcess[str]:
        command = [str(FOLDER / script), *arguments]
        surroundings = {**self.surroundings, **changed}
        return subprocess.run(command, capture_output=True, text=True, check=False, env=surroundings, timeout=60)

    def did(self) -> list[str]:
        lines = self.asked.read_text().splitlines() if self.asked.exists() else []
        return [" ".join(line.split()[:3]) for line in lines if "--query" not in line]


@pytest.fixture
def az(tmp_path: Path) -> Az:
    return Az(tmp_path)


@pytest.mark.parametrize(("state", "stopped"), [("Running", True), ("Degraded", True), ("Stopped", False), ("", False)])
def test_only_a_job_that_runs_is_stopped(az: Az, state: str, stopped: bool) -> None:
    assert az.run("job.sh", "stop", "group", "job", STATE=state).returncode == 0

    assert az.did() == (["stream-analytics job stop"] if stopped else [])


@pytest.mark.parametrize(("last", "mode"), [("", "JobStartTime"), ("2026-01-01T00:00:00Z", "LastOutputEventTime")])
def test_a_job_starts_where_it_stopped(az: Az, last: str, mode: str) -> None:
    assert az.run("job.sh", "start", "group", "job", LAST=last).returncode == 0

    assert f"--output-start-mode {mode}" in az.asked.read_text()


def test_a_deployment_stops_the_job_first_and_starts_it_after(az: Az) -> None:
    answer = az.run("deploy.sh", "group", str(FOLDER / "main.prod.bicepparam"), STATE="Running")

    assert answer.returncode == 0, answer.stderr
    assert az.did() == ["stream-analytics job stop", "deployment group create", "stream-analytics job start"]
    assert "--name footfall-prod-windows" in az.asked.read_text()


def test_when_a_deployment_fails_the_old_job_goes_on_and_the_status_says_so(az: Az) -> None:
    answer = az.run("deploy.sh", "group", str(FOLDER / "main.dev.bicepparam"), STATE="Running", DEPLOYED="3")

    assert answer.returncode == 3
    assert az.did()[-1] == "stream-analytics job start"


def test_a_key_that_can_not_be_read_leaves_no_empty_file(az: Az, tmp_path: Path) -> None:
    answer = az.run("secrets.sh", "group", "space", "hub", "rule", NO_KEY="1")

    assert answer.returncode != 0
    assert not (tmp_path / "footfall-secrets/EventHub").exists()


def test_secrets_are_made_once_for_their_owner_alone(az: Az, tmp_path: Path) -> None:
    assert az.run("secrets.sh", "group", "space", "hub", "rule").returncode == 0
    folder = tmp_path / "footfall-secrets"
    before = {path.name: path.read_text() for path in folder.iterdir()}

    assert az.run("secrets.sh").returncode == 0

    assert {path.name: path.read_text() for path in folder.iterdir()} == before
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert before["FACE_API_DATABASE"] == f"postgresql://footfall:{before['POSTGRES_PASSWORD']}@postgres:5432/footfall"
    assert len({before[name] for name in ("FACE_API_KEY", "FACE_API_ERASING_KEY", "ANONYMIZATION_KEY")}) == 3


def test_a_call_without_its_arguments_says_how(az: Az) -> None:
    for script in ("job.sh", "deploy.sh"):
        answer = az.run(script)
        assert answer.returncode == 2
        assert script in answer.stderr
