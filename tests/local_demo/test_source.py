import subprocess
import sys

import pytest

from local.demo.source import is_endless, resolve
from local.errors import NothingToShow

ADDRESS = "rtsp://viewer:pass-word@10.0.0.5/live"


@pytest.mark.parametrize("source", [ADDRESS, "rtsp://10.0.0.5/live?token=pass-word", "rtsp:/viewer:pass-word@10.0.0.5"])
def test_an_address_with_a_password_is_not_taken_from_a_command_line_and_not_repeated(source: str) -> None:
    with pytest.raises(NothingToShow) as refused:
        resolve(source, {})
    assert "pass-word" not in str(refused.value)


def test_it_comes_from_the_environment() -> None:
    assert resolve("CameraSource", {"CameraSource": ADDRESS}) == ADDRESS
    assert is_endless(resolve("CameraSource", {"CameraSource": ADDRESS}))
    with pytest.raises(NothingToShow, match="is not set"):
        resolve("CameraSource", {})


def test_other_sources_are_taken_as_they_are() -> None:
    assert resolve("rtsp://10.0.0.5/live", {}) == "rtsp://10.0.0.5/live"


@pytest.mark.parametrize("module", ["local.demo.cli", "local.up.cli"])
def test_mistakes_are_judged_before_what_takes_a_second_is_loaded(module: str) -> None:
    program = f"import sys, {module}; sys.exit('azure.storage.blob' in sys.modules or 'azure.eventhub' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
