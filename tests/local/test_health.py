"""What the health strip is told goes on behind a fault."""

from pathlib import Path

import pytest

from local.health import Camera, HealthReporter
from tests.support.waiting import wait_until


class Empty:
    """A container without pictures."""

    def list_blobs(self) -> list[object]:
        return []

    def close(self) -> None:
        """Nothing is open."""


def test_a_report_that_could_not_be_written_is_followed_by_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local.health.EVERY_SECONDS", 0.01)
    asked = 0

    def camera() -> Camera:
        nonlocal asked
        asked += 1
        return Camera(spooled=0, away=False)

    file = tmp_path / "folder" / "health.json"
    with HealthReporter(file, Empty(), camera):  # type: ignore[arg-type]
        wait_until(lambda: asked >= 2, "a report is tried again", 10)
        file.parent.mkdir()
        wait_until(file.exists, "a report is written", 10)
