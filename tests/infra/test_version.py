"""The version stands in pyproject.toml; everything else that names it says the same."""

import re
import shutil
from pathlib import Path

import pytest

from infra.check.finding import ROOT
from infra.version import PLACES, current, found, main, write


def test_every_place_names_the_project_s_version() -> None:
    assert {name for name, _ in found()} == set(PLACES), "a pattern of infra/version.py no longer finds its place"
    assert {name for name, version in found() if version != current()} == set()


def test_no_other_file_that_is_deployed_names_it() -> None:
    """Images and manifests: a place that the table doesn't know would be left behind by a release."""
    files = [path for suffix in ("json", "yaml", "md", "py") for path in (ROOT / "infra").rglob(f"*.{suffix}")]
    named = re.compile(rf"(?:footfall-[\w$-]+:|newTag: |appVersion: ){re.escape(current())}\b")
    left = {str(path.relative_to(ROOT)) for path in files if named.search(path.read_text())}
    assert left <= set(PLACES)


def test_a_release_writes_them_all(tmp_path: Path) -> None:
    for name in PLACES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    write("7.8.9", tmp_path)
    assert current(tmp_path) == "7.8.9"
    assert {version for _, version in found(tmp_path)} == {"7.8.9"}


@pytest.mark.parametrize("arguments", [["v1"], ["1.2"], ["1.2.3", "x"], ["1.2.3-rc1"]])
def test_what_is_no_version_is_refused(arguments: list[str]) -> None:
    assert main(arguments) == 2
