"""The store: what comes out is what its sha256 says, whatever happened to the disk in between."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.errors import WrongContentError
from models.store import Store, user_cache, write_whole


@given(st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_was_put_is_found_by_its_sha256(store: Store, content: bytes) -> None:
    sha256 = hashlib.sha256(content).hexdigest()
    store.put(content, sha256, "this")
    found = store.find(sha256)
    assert found is not None
    assert found.read_bytes() == content


def test_when_content_has_another_sha256_it_is_refused_and_nothing_kept(store: Store, tmp_path: Path) -> None:
    with pytest.raises(WrongContentError, match=r"weights\.bin of some-package .* nothing was kept"):
        store.put(b"something else", "0" * 64, "weights.bin of some-package")
    assert store.find("0" * 64) is None
    assert not list(tmp_path.rglob("*0000*"))


def test_when_a_kept_file_is_tampered_with_it_counts_as_missing(store: Store) -> None:
    sha256 = hashlib.sha256(b"weights").hexdigest()
    kept = store.put(b"weights", sha256, "weights")
    kept.write_bytes(b"wEights")
    assert store.find(sha256) is None
    store.put(b"weights", sha256, "weights")
    assert store.find(sha256) == kept


def test_writing_replaces_the_whole_file_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "file"
    write_whole(target, b"first, and longer")
    write_whole(target, b"second")
    assert target.read_bytes() == b"second"
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize(
    ("xdg", "expected"), [("/somewhere/cache", "/somewhere/cache/footfall"), ("", "~"), ("relative", "~")]
)
def test_the_cache_is_where_the_xdg_specification_says(
    xdg: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", xdg)
    assert user_cache() == (Path.home() / ".cache" / "footfall" if expected == "~" else Path(expected))
