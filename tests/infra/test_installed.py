"""What is fetched once is whole or not there."""

from pathlib import Path

import pytest

from infra.installed import made_once


def test_a_folder_is_made_once(tmp_path: Path) -> None:
    made: list[Path] = []

    def make(fresh: Path) -> None:
        made.append(fresh)
        fresh.mkdir()
        (fresh / "program").write_text("x")

    folder = tmp_path / "cache/tool"
    assert made_once(folder, make) == made_once(folder, make) == folder
    assert len(made) == 1
    assert [path.name for path in folder.iterdir()] == ["program"]


def test_what_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    def make(fresh: Path) -> None:
        fresh.mkdir()
        raise OSError("the line is down")

    with pytest.raises(OSError, match="the line is down"):
        made_once(tmp_path / "cache/tool", make)
    assert list((tmp_path / "cache").iterdir()) == []


def test_whoever_was_first_is_kept(tmp_path: Path) -> None:
    folder = tmp_path / "cache/tool"

    def make(fresh: Path) -> None:
        fresh.mkdir()
        (fresh / "mine").write_text("x")
        folder.mkdir()
        (folder / "theirs").write_text("x")

    made_once(folder, make)

    assert [path.name for path in folder.iterdir()] == ["theirs"]
