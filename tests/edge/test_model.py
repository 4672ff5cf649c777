import io
import json
import re
import stat
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import ModelRefused
from edge.gate.person_model import PersonModel
from edge.model import package
from edge.model.download import DownloadFailed, download
from edge.model.keeper import ModelKeeper
from edge.model.package import unpack
from edge.model.proof import prove
from edge.settings import Settings, resolve
from tests.edge.model_zips import dev_kit_zip, served, sha256, zipped


@pytest.fixture(scope="session")
def tflite(weights: Path) -> bytes:
    """The person model's file."""
    return (weights / "person_detector.tflite").read_bytes()


def test_the_dev_kits_layout_is_read() -> None:
    assert unpack(dev_kit_zip(b"model", "person\ndog\n")) == package.ModelPackage(b"model", ("person", "dog"))


def test_custom_visions_export_is_read() -> None:
    manifest = json.dumps({"ModelFileName": "model.tflite", "LabelFileName": "labels.txt"}).encode()
    members = {"cvexport.manifest": manifest, "model.tflite": b"model", "labels.txt": b"person\r\ndog\r\n"}
    assert unpack(zipped(members)).labels == ("person", "dog")


def test_a_model_alone_knows_persons() -> None:
    assert unpack(zipped({"folder/any.tflite": b"model"})) == package.ModelPackage(b"model", ("person",))


@pytest.mark.parametrize("first", ["???", "background"])
def test_a_first_label_that_means_nothing_is_left_out(first: str) -> None:
    assert unpack(zipped({"m.tflite": b"m", "labelmap.txt": f"{first}\nperson\n".encode()})).labels == ("person",)


def link() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("model.tflite")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"no zip at all", "corrupt"),
        (dev_kit_zip(b"m" * 1000)[:-40], "corrupt"),
        (zipped({"../model.tflite": b"m"}), "leads out"),
        (zipped({"model.tflite": b"m", "a/../../b": b""}), "leads out"),
        (zipped({"/etc/model.tflite": b"m"}), "leads out"),
        (zipped({"C:\\model.tflite": b"m"}), "leads out"),
        (link(), "link"),
        (zipped({"readme.txt": b""}), "holds 0 .tflite files"),
        (zipped({"a.tflite": b"", "b.tflite": b""}), "holds 2 .tflite files"),
        (zipped({"cvexport.manifest": b"[]", "a.tflite": b""}), "names no .tflite"),
        (zipped({"cvexport.manifest": b"{", "a.tflite": b""}), "corrupt"),
        (zipped({"cvexport.manifest": b'{"ModelFileName": "/etc/passwd"}'}), "names no .tflite"),
        (zipped({"va-snpe-engine-library_config.json": b'{"MODEL_FILENAME": "m.dlc"}', "m.dlc": b""}), "names no"),
        (zipped({"m.tflite": b"", "labels.txt": b"\n"}), "labels are empty"),
        (zipped({"m.tflite": b"", "labels.txt": b"\xff\xfe"}), "corrupt"),
        (zipped({f"{number}.txt": b"" for number in range(101)}), "more than"),
    ],
)
def test_a_bad_zip_is_refused_with_a_reason(content: bytes, reason: str) -> None:
    with pytest.raises(ModelRefused, match=reason):
        unpack(content)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MOST_BYTES", 1_000_000)
    with pytest.raises(ModelRefused, match="more than"):
        unpack(zipped({"model.tflite": bytes(2_000_000)}))


@given(st.binary(max_size=300), st.integers(0, 10**6))
def test_a_damaged_zip_is_read_or_refused_never_anything_else(noise: bytes, place: int) -> None:
    content = bytearray(dev_kit_zip(b"model" * 50))
    place %= len(content)
    content[place : place + len(noise)] = noise
    try:
        unpack(bytes(content))
    except ModelRefused:
        return


def test_a_download_is_checked_against_its_hash() -> None:
    with served(b"content") as url:
        assert download(url, sha256(b"content")) == b"content"
        with pytest.raises(ModelRefused, match="ModelZipSha256"):
            download(url, sha256(b"other"))


def test_what_cannot_be_fetched_says_so_without_the_address() -> None:
    with pytest.raises(DownloadFailed, match="can't be reached") as failed:
        download("http://127.0.0.1:1/model.zip?sig=secret", sha256(b""))
    assert "secret" not in str(failed.value)
    with served(b"", status=403) as url, pytest.raises(DownloadFailed, match="403"):
        download(url, sha256(b""))


def test_a_download_has_a_largest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.model.download.MOST_BYTES", 1000)
    with served(bytes(100_000)) as url, pytest.raises(ModelRefused, match="larger than"):
        download(url, sha256(bytes(100_000)))


def test_a_model_that_knows_none_of_the_objects_is_refused(person_model: PersonModel) -> None:
    prove(person_model, ("person", "dog"))
    with pytest.raises(ModelRefused, match="ObjectsOfInterest"):
        prove(person_model, ("dog",))


class Kept:
    """A keeper at work, and the models it put to use."""

    def __init__(self, built_in: Path, cache: Path) -> None:
        self.used: list[PersonModel] = []
        self.changed = threading.Event()
        self.keeper = ModelKeeper(built_in, cache, self._use)

    def _use(self, model: PersonModel) -> None:
        self.used.append(model)
        self.changed.set()


@contextmanager
def keeping(weights: Path, cache: Path) -> Iterator[Kept]:
    kept = Kept(weights / "person_detector.tflite", cache)
    kept.keeper.first(resolve({}))
    with kept.keeper:
        yield kept


def wanting(url: str, content: bytes) -> Settings:
    return resolve({"ModelZipUrl": url, "ModelZipSha256": sha256(content)})


def test_a_new_model_takes_over_when_it_has_proved_itself(weights: Path, tmp_path: Path, tflite: bytes) -> None:
    content = dev_kit_zip(tflite)
    with keeping(weights, tmp_path) as kept, served(content) as url:
        assert kept.keeper.reload(wanting(url, content), timeout=30) is None
        assert kept.keeper.in_force
        assert kept.keeper.in_force.sha256 == sha256(content)
        assert kept.used == [kept.keeper.in_force.model]


Zip = Callable[[bytes], bytes]


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda _: zipped({"model.tflite": b"not a model"}), "not a TFLite model"),
        (lambda tflite: zipped({"model.tflite": tflite[: len(tflite) // 2]}), "not a TFLite model|fails|crashes"),
        (lambda tflite: dev_kit_zip(tflite, labels="cat\n"), "ObjectsOfInterest"),
        (lambda _: b"corrupt", "corrupt"),
    ],
)
def test_a_model_that_fails_leaves_the_old_one_in_force(
    weights: Path, tmp_path: Path, tflite: bytes, make: Zip, reason: str
) -> None:
    content = make(tflite)
    with keeping(weights, tmp_path) as kept, served(content) as url:
        problem = kept.keeper.reload(wanting(url, content), timeout=30)
        assert problem is not None
        assert re.search(reason, problem)
        assert kept.keeper.in_force
        assert kept.keeper.in_force.sha256 == "built-in"
        assert not kept.used


def test_when_the_twin_lets_go_the_built_in_model_comes_back(weights: Path, tmp_path: Path, tflite: bytes) -> None:
    content = dev_kit_zip(tflite)
    with keeping(weights, tmp_path) as kept, served(content) as url:
        kept.keeper.reload(wanting(url, content), timeout=30)
        assert kept.keeper.reload(resolve({}), timeout=30) is None
        assert kept.keeper.in_force
        assert kept.keeper.in_force.sha256 == "built-in"


def test_after_a_restart_without_network_the_last_model_goes_on(weights: Path, tmp_path: Path, tflite: bytes) -> None:
    content = dev_kit_zip(tflite)
    with keeping(weights, tmp_path) as kept, served(content) as url:
        kept.keeper.reload(wanting(url, content), timeout=30)
    again = ModelKeeper(weights / "person_detector.tflite", tmp_path, lambda _: None)
    again.first(wanting("http://127.0.0.1:1/", content))
    assert again.in_force
    assert again.in_force.sha256 == sha256(content)


def test_a_cached_model_that_was_tampered_with_is_not_used(weights: Path, tmp_path: Path, tflite: bytes) -> None:
    wanted = wanting("http://127.0.0.1:1/", dev_kit_zip(tflite))
    (tmp_path / f"{wanted.model_zip_sha256}.zip").write_bytes(dev_kit_zip(tflite, "person\nevil\n"))
    keeper = ModelKeeper(weights / "person_detector.tflite", tmp_path, lambda _: None)
    keeper.first(wanted)
    assert keeper.in_force
    assert keeper.in_force.sha256 == "built-in"


def test_an_unreachable_address_is_tried_again(
    weights: Path, tmp_path: Path, tflite: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge.model.keeper.FIRST_PAUSE", 0.05)
    failures = iter([DownloadFailed("no"), DownloadFailed("no")])

    def flaky(*_: str) -> bytes:
        for failure in failures:
            raise failure
        return dev_kit_zip(tflite)

    monkeypatch.setattr("edge.model.keeper.download", flaky)
    with keeping(weights, tmp_path) as kept:
        kept.keeper.want(wanting("http://host/", dev_kit_zip(tflite)))
        assert kept.changed.wait(30)
        assert kept.keeper.error is None
