import ast
import errno
import io
import json
import re
import stat
import struct
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.errors import ModelFailed, ModelRefused, SettingsRefused
from edge.gate.labels import fitted, read_labels
from edge.gate.people import find_people
from edge.gate.person_model import PersonModel
from edge.model import package, trial
from edge.model.download import DownloadFailed, download
from edge.model.keeper import ModelKeeper
from edge.model.package import unpack
from edge.model.proof import prove, trial_picture
from edge.settings import Settings, resolve
from tests.edge.model_zips import dev_kit_zip, served, sha256, zipped
from tests.edge.scenes import frame_of, photograph
from vision.runtime import Network


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


def test_a_model_may_come_alone() -> None:
    assert unpack(zipped({"folder/any.tflite": b"model"})) == package.ModelPackage(b"model", None)


DEV_KIT_MANIFEST = "va-snpe-engine-library_config.json"
NAMED = b'{"MODEL_FILENAME": "%s", "LABELS_NAME": "%s"}'


@pytest.mark.parametrize(
    "members",
    [
        {"model.tflite": b"m", "__MACOSX/._model.tflite": b"x", ".DS_Store": b"x", "labels.txt": b"person\n"},
        {"a/model.tflite": b"m", "__MACOSX/a/._labels.txt": b"x", "a/labels.txt": b"person"},
        {DEV_KIT_MANIFEST: NAMED % (b"./model.tflite", b"./labels.txt"), "model.tflite": b"m", "labels.txt": b"person"},
        {DEV_KIT_MANIFEST: NAMED % (b"m/model.tflite", b"l.txt"), "m/model.tflite": b"m", "m/l.txt": b"person"},
        {DEV_KIT_MANIFEST: NAMED % (b"m/a.tflite", b"b"), "m/a.tflite": b"m", "n/a.tflite": b"", "b": b"person"},
        {"cvexport.manifest": b'\xef\xbb\xbf{"ModelFileName": "a.tflite"}', "a.tflite": b"m", "labels.txt": b"person"},
        {"Model.TFLITE": b"m", "Labels.txt": b"person\r\n"},
        {"model.tflite": b"m", "coco_labels.txt": b"person\r"},
        {"model.tflite": b"m", "labelmap.txt": b"\xef\xbb\xbfperson\n\n\n"},
        {"model.tflite": b"m", "labels.txt": "person\r\n".encode("utf-16")},
        {"model.tflite": b"m", "labels.txt": b"\xfe\xff" + "person".encode("utf-16-be")},
        {"model.tflite": b"m", "labels.txt": b"0  person\n"},
    ],
)
def test_zips_and_labels_of_honest_tools_are_taken(members: dict[str, bytes]) -> None:
    assert unpack(zipped(members)) == package.ModelPackage(b"m", ("person",))


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ("0 person\n2 bus\n", ("person", "", "bus")),
        ("0: person\n1: bus\n", ("person", "bus")),
        ("person\n\nbus\n", ("person", "", "bus")),
        ("3 wheeler\nbus\n", ("3 wheeler", "bus")),
        ("caf\xe9\nperson\n", ("café", "person")),
    ],
)
def test_labels_keep_their_places(content: str, names: tuple[str, ...]) -> None:
    assert read_labels(content.encode("latin-1")) == names


@pytest.mark.parametrize("content", [b"", b"\n\n", b"0 a\n0 b", b"99999 a", b"a\x00b", bytes(100), b"x\n" * 10_001])
def test_labels_that_say_nothing_or_too_much_are_refused(content: bytes) -> None:
    with pytest.raises(ModelRefused, match="labels"):
        read_labels(content)


@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode("utf-16")))
def test_any_labels_are_read_or_refused(content: bytes) -> None:
    try:
        assert read_labels(content)
    except ModelRefused:
        return


NOTHING = ["???", "background", "Background", "__background__", ""]


@pytest.mark.parametrize("first", NOTHING)
def test_a_first_label_that_means_nothing_counts_where_the_model_has_that_class(first: str) -> None:
    """Classifiers have it, as TensorFlow's of 1001 classes do; detectors don't, but their files have it too."""
    labels = (first, "person", "dog")
    assert fitted(labels, 3) == labels
    assert fitted(labels, 2) == fitted(labels, None) == ("person", "dog")


def test_labels_that_do_not_fit_are_refused_and_so_is_a_model_of_several_classes_without() -> None:
    assert fitted(None, 1) == ("person",)
    for classes in (2, None):
        with pytest.raises(ModelRefused, match="without labels"):
            fitted(None, classes)
    with pytest.raises(ModelRefused, match="tells 3 classes apart, and its labels name 2"):
        fitted(("person", "dog"), 3)


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
        (zipped({"cvexport.manifest": b"{", "a.tflite": b""}), "cvexport.manifest in the model's zip isn't JSON"),
        (zipped({"cvexport.manifest": b"[" * 100_000, "a.tflite": b""}), "isn't JSON"),
        (
            zipped({"cvexport.manifest": b'{"ModelFileName": "a.tflite", "LabelFileName": "no.txt"}', "a.tflite": b""}),
            "lacks",
        ),
        (zipped({"a/m.tflite": b"", "b/m.tflite": b""}), "holds 2 .tflite files"),
        (zipped({"m.tflite": b"", "labels.txt": b"a", "coco_labels.txt": b"b"}), "2 files of labels"),
        (zipped({"cvexport.manifest": b'{"ModelFileName": "/etc/passwd"}'}), "names no .tflite"),
        (zipped({"va-snpe-engine-library_config.json": b'{"MODEL_FILENAME": "m.dlc"}', "m.dlc": b""}), "names no"),
        (zipped({"m.tflite": b"", "labels.txt": b"\n"}), "labels are empty"),
        (zipped({"m.tflite": b"", "labels.txt": b"\xff\xfe"}), "labels are empty"),
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


BOMB = """
import resource, sys
from edge.errors import ModelRefused
from edge.model.package import unpack
content = sys.stdin.buffer.read()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    unpack(content)
except ModelRefused as refused:
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024, refused)
"""
"""What it says of a zip, and how many MiB it took to say it."""


def bomb(method: int, claimed: int = 1000, unpacked: int = 400_000_000) -> bytes:
    """A zip whose one member unpacks to 400 MB and claims to have 1,000 bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive, archive.open("model.tflite", "w") as member:
        for _ in range(unpacked // 10**6):
            member.write(bytes(10**6))
    size = struct.pack("<I", unpacked)
    return out.getvalue().replace(size, struct.pack("<I", claimed))


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_no_zip_is_unpacked_beyond_what_it_claims(method: int) -> None:
    done = subprocess.run([sys.executable, "-c", BOMB], input=bomb(method), capture_output=True, check=True, timeout=60)
    grown, _, said = done.stdout.decode().partition(" ")
    assert int(grown) < 30
    assert "corrupt" in said or "another method" in said


def test_a_zip_of_a_million_names_is_refused_before_they_are_read() -> None:
    entry = b"PK\x01\x02" + bytes(42)
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 0xFFFE, 0xFFFE, 46 * 1_000_000, 0, 0)
    done = subprocess.run(
        [sys.executable, "-c", BOMB], input=entry * 1_000_000 + end, capture_output=True, check=True, timeout=60
    )
    grown, _, said = done.stdout.decode().partition(" ")
    assert int(grown) < 30
    assert "more than 100 files" in said


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


def test_a_download_takes_no_more_than_its_time_however_slowly_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.model.download.MOST_SECONDS", 0.0)
    with served(b"content") as url, pytest.raises(DownloadFailed, match="took more than"):
        download(url, sha256(b"content"))


@settings(max_examples=40, deadline=None)
@given(st.from_regex(r"https?://[!-~]{0,40}", fullmatch=True))
def test_no_address_breaks_a_download(url: str) -> None:
    with pytest.raises((DownloadFailed, ModelRefused)) as failed:
        download(f"http://127.0.0.1:1/{url}", "0" * 64)
    assert url not in str(failed.value) or len(url) < 9


@pytest.mark.parametrize(
    "url", ["https://models..example/m.zip", "https://", "http://[::1:10000/", f"https://{'a' * 64}/"]
)
def test_an_address_that_cannot_be_one_ends_no_thread(url: str) -> None:
    with pytest.raises(DownloadFailed):
        download(url, "0" * 64)


def test_a_failure_that_nobody_foresaw_is_said_and_the_next_model_is_fetched(
    weights: Path, tmp_path: Path, tflite: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = dev_kit_zip(tflite)
    with keeping(weights, tmp_path) as kept, served(content) as url:
        with monkeypatch.context() as patched:
            patched.setattr("edge.model.keeper.unpack", lambda _: 1 / 0)
            assert (
                kept.keeper.reload(wanting(url, content), timeout=30) == "the model can't be taken (ZeroDivisionError)"
            )
        assert kept.keeper.reload(wanting(url, content), timeout=30) is None


def test_words_that_the_model_in_force_does_not_know_are_refused(weights: Path, tmp_path: Path) -> None:
    with keeping(weights, tmp_path) as kept:
        kept.keeper.check(resolve({"ObjectsOfInterest": "Person"}))
        with pytest.raises(SettingsRefused, match="knows none of these words"):
            kept.keeper.check(resolve({"ObjectsOfInterest": "dog"}))
        assert kept.keeper.blind(resolve({"ObjectsOfInterest": "dog"}))
        kept.keeper.check(resolve({"ObjectsOfInterest": "dog", **WANTED}))


def test_the_builtin_model_sees_whatever_the_case(person_model: PersonModel, photographs: list[Path]) -> None:
    assert find_people(frame_of(photograph(photographs[0])), person_model, ("PERSON",), 0.25)


LOOK = """
import json, os, resource, sys
json.loads(sys.stdin.buffer.readline())
sys.path.insert(0, sys.argv[1])
from edge.model.trial import limit
limit()
names = ("AS", "CPU", "NOFILE", "FSIZE", "CORE")
limits = {name: resource.getrlimit(getattr(resource, "RLIMIT_" + name)) for name in names}
files = [int(name) for name in os.listdir("/proc/self/fd")]
environment = [name for name in os.environ if name != "LC_CTYPE"]  # Python's own
os.write(1, repr((sys.flags.isolated, environment, limits, max(files))).encode())
sys.exit(3)
"""


def test_a_trial_has_limits_and_nothing_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SpoolKey", "secret")
    monkeypatch.setattr(trial, "PROGRAM", LOOK)
    with pytest.raises(ModelRefused) as said:
        trial.try_out(package.ModelPackage(b"m", ("person",)), ("person",))
    isolated, environment, limits, highest = ast.literal_eval(str(said.value))
    assert (isolated, environment) == (1, [])
    assert limits == {
        "AS": (1 << 30, 1 << 30),
        "CPU": (120, 120),
        "NOFILE": (32, 32),
        "FSIZE": (0, 0),
        "CORE": (0, 0),
    }
    assert highest <= 4  # its own, and the one that lists them


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("import time; time.sleep(60)", "takes more than"),
        ("import os\nwhile True: os.write(1, bytes(1 << 20))", "crashes"),
        ("import os; os.kill(os.getpid(), 11)", "crashes"),
        ("import os; os.write(1, b'a\\x1b[2Jb'); raise SystemExit(3)", "^a .2Jb$"),
    ],
)
def test_a_trial_that_hangs_floods_or_crashes_is_a_model_refused(
    program: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "PROGRAM", program)
    monkeypatch.setattr(trial, "MOST_SECONDS", 3.0)
    with pytest.raises(ModelRefused, match=reason):
        trial.try_out(package.ModelPackage(bytes(10**6), ("person",)), ("person",))


GREEDY = "import sys; sys.path.insert(0, sys.argv[1]); from edge.model.trial import limit; limit(); bytearray(2 << 30)"


def test_a_trial_gets_no_more_memory_than_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "PROGRAM", GREEDY)
    with pytest.raises(ModelRefused, match="crashes"):
        trial.try_out(package.ModelPackage(b"m", ("person",)), ("person",))


WANTED = {"ModelZipUrl": "https://host/m.zip", "ModelZipSha256": "a" * 64}


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


def test_a_model_that_fails_on_a_picture_gives_way_to_the_built_in_one_until_it_is_asked_for_again(
    weights: Path, tmp_path: Path, tflite: bytes
) -> None:
    content = dev_kit_zip(tflite)
    with keeping(weights, tmp_path) as kept, served(content) as url:
        wanted = wanting(url, content)
        kept.keeper.reload(wanted, timeout=30)
        assert kept.keeper.in_force
        failing = kept.keeper.in_force.model
        kept.keeper.fall_back(failing, ModelFailed("the model fails on a picture (RuntimeError)"))
        assert kept.keeper.in_force.sha256 == "built-in"
        assert kept.keeper.error == "the model fails on a picture (RuntimeError)"
        assert not list(tmp_path.glob("*.zip"))
        kept.keeper.fall_back(failing, ModelFailed("of a model that is in force no more"))
        assert kept.keeper.error == "the model fails on a picture (RuntimeError)"
        assert kept.keeper.reload(wanted, timeout=30) is None
        assert kept.keeper.in_force.sha256 == sha256(content)


def test_a_model_that_fails_gives_way_also_where_its_zip_can_not_be_deleted(
    weights: Path, tmp_path: Path, tflite: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_only(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    content = dev_kit_zip(tflite)
    with keeping(weights, tmp_path) as kept, served(content) as url:
        kept.keeper.reload(wanting(url, content), timeout=30)
        assert kept.keeper.in_force
        monkeypatch.setattr(Path, "unlink", read_only)
        kept.keeper.fall_back(kept.keeper.in_force.model, ModelFailed("the model fails on a picture (RuntimeError)"))
        assert kept.keeper.in_force.sha256 == "built-in"


def test_a_built_in_model_that_fails_has_none_behind_it(weights: Path, tmp_path: Path) -> None:
    with keeping(weights, tmp_path) as kept:
        built_in = kept.keeper.first(resolve({}))
        with pytest.raises(ModelFailed, match="on a picture"):
            kept.keeper.fall_back(built_in, ModelFailed("the model fails on a picture (RuntimeError)"))


def test_a_network_that_gives_up_on_a_picture_is_a_failure_of_the_model(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = PersonModel(weights / "person_detector.tflite")

    def give_up(*_: object) -> None:
        raise RuntimeError("Node number 7 (RESHAPE) failed to invoke.")

    monkeypatch.setattr(Network, "run_in_place", give_up)
    pixels = trial_picture(model.preparation.width, model.preparation.height)
    with pytest.raises(ModelFailed, match=r"fails on a picture \(RuntimeError\)"):
        model.detect(pixels, ["person"], 0.5)


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
        kept.keeper.want(wanting("https://host/", dev_kit_zip(tflite)))
        assert kept.changed.wait(30)
        assert kept.keeper.error is None
