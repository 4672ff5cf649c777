"""The secrets that compose.yaml reads, and the file as Docker Compose reads it where that is here."""

import datetime as dt
import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
import yaml
from azure.storage.blob import ContainerClient

from infra.check.finding import ROOT
from infra.compose.__main__ import files, main

NOW = dt.datetime(2026, 1, 31, tzinfo=dt.UTC)
SERVICES = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]


def test_every_file_that_a_service_mounts_is_made() -> None:
    mounted = {
        str(volume).partition(":-")[2].partition("}/")[2].partition("/")[2].partition(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", [])
        if str(volume).startswith("${FOOTFALL_SECRETS")
    }
    mounted |= {Path(name).name for service in SERVICES.values() for name in service.get("env_file", [])}

    assert mounted == files("a2V5", NOW).keys()


def test_only_its_owner_can_enter_the_folder_and_a_second_call_changes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"

    assert main(["--folder", str(folder)]) == 0
    before = {path.name: path.read_text() for path in folder.iterdir()}
    assert main(["--folder", str(folder)]) == 1

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {path.name: path.read_text() for path in folder.iterdir()} == before


def test_the_camera_may_only_create_and_write_pictures() -> None:
    content = files("a2V5", NOW)
    with ContainerClient.from_connection_string(content["CameraStorage"], "pictures") as camera:
        assert "sp=cw" in camera.url
        assert "sr=c" in camera.url
    assert "AccountKey" not in content["CameraStorage"]


def compose() -> list[str]:
    """Docker Compose as it is called here, if it is; infra.check judges the file by its schema anywhere."""
    command = [shutil.which("docker") or "", "compose"]
    if not command[0] or subprocess.run([*command, "version"], capture_output=True, check=False, timeout=60).returncode:
        return []
    return command


if COMPOSE := compose():

    @pytest.mark.parametrize("profile", [[], ["--profile", "camera"]], ids=["without the camera", "with it"])
    def test_compose_reads_the_file(profile: list[str], tmp_path: Path) -> None:
        main(["--folder", str(tmp_path / "secrets")])

        answer = subprocess.run(
            [*COMPOSE, *profile, "-f", str(ROOT / "compose.yaml"), "config", "--quiet"],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            env={**os.environ, "FOOTFALL_SECRETS": str(tmp_path / "secrets")},
        )
        assert answer.returncode == 0, answer.stderr
