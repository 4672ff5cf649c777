import io
import json
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient
from PIL import Image

from edge.errors import UploadFailed
from edge.parcel import Parcel
from edge.upload import PictureStorage
from local.azurite import StorageAccount
from tests.edge.processes.edge_process import ROOT, EdgeProcess
from tests.edge.scenes import photograph, shop, with_guest, write_video
from tests.edge.test_picture import CONTRACT


@pytest.fixture
def settings(storage: StorageAccount, container: str, tmp_path: Path) -> dict[str, str]:
    """Settings of a module that may write into the container."""
    return {
        "PictureStorage": storage.upload_connection_string(container),
        "PICTURE_CONTAINER": container,
        "Store": "north",
        "Camera": "door-1",
        "SpoolFolder": str(tmp_path / "spool"),
    }


def stored(storage: StorageAccount, container: str) -> dict[str, tuple[bytes, dict[str, str]]]:
    """Every picture in the container: name → content, metadata."""
    with ContainerClient.from_connection_string(
        storage.connection_string, container, api_version="2019-07-07"
    ) as client:
        return {
            blob.name: (client.download_blob(blob.name).readall(), blob.metadata)
            for blob in client.list_blobs(include=["metadata"])
            if blob.name.endswith(".jpg")
        }


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory, photographs: list[Path]) -> Path:
    """Footage: an empty shop for a second, guests for two, empty again."""
    guest = photograph(photographs[0])
    empty = [shop()] * 10
    guests = [with_guest(shop(), guest, left=300 + 2 * step, height=600) for step in range(20)]
    return write_video(tmp_path_factory.mktemp("footage") / "visit.mp4", [*empty, *guests, *empty])


def test_a_visit_becomes_a_picture_that_keeps_to_the_contract(
    settings: dict[str, str], storage: StorageAccount, container: str, visit: Path
) -> None:
    started = datetime.now(UTC)
    with EdgeProcess(["--source", str(visit)], settings) as edge:
        assert edge.wait() == 0
        counts = edge.counts
        pictures = stored(storage, container)
        assert 20 <= counts["frames"] + counts["framesMissed"] <= 40
        assert counts["frames"] / 4 <= counts["framesWithPeople"] <= counts["frames"] * 3 / 4
        assert counts["pictures"] == len(pictures)
        assert 1 <= len(pictures) <= 3  # guests whose face shows a moment later get another one
        assert counts["pictureBytes"] == sum(len(content) for content, _ in pictures.values())
        assert (counts["spooled"], counts["dropped"]) == (0, 0)
    for name, (content, metadata) in pictures.items():
        assert CONTRACT.fullmatch(name)
        assert name.startswith("north/door-1/")
        moment = datetime.strptime(name[13:34], "%Y/%m/%d/%H%M%S.%f").replace(tzinfo=UTC)
        assert started < moment < datetime.now(UTC)
        assert metadata["people"] in {"2", "3", "4"}
        image = Image.open(io.BytesIO(content))
        assert image.format == "JPEG"
        assert 0 < image.width < 1100  # cut to the guests
        assert not image.getexif()


def test_every_picture_of_a_folder_is_judged_by_itself(
    settings: dict[str, str], storage: StorageAccount, container: str, tmp_path: Path, photographs: list[Path]
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for number, path in enumerate(photographs[:2]):
        (folder / f"{number}-first.jpg").write_bytes(path.read_bytes())
        (folder / f"{number}-twice.jpg").write_bytes(path.read_bytes())
    Image.fromarray(shop()).save(folder / "9-empty.png")
    with EdgeProcess(["--source", str(folder)], settings) as edge:
        assert edge.wait() == 0
        assert (edge.counts["frames"], edge.counts["framesWithPeople"], edge.counts["pictures"]) == (5, 4, 4)
    assert len(stored(storage, container)) == 4


def test_ctrl_c_ends_it_with_everything_sent(
    settings: dict[str, str], storage: StorageAccount, container: str, tmp_path: Path, photographs: list[Path]
) -> None:
    guests = with_guest(shop(), photograph(photographs[0]), left=300, height=600)
    footage = write_video(tmp_path / "long.mp4", [guests] * 300)
    with EdgeProcess(["--source", str(footage)], settings) as edge:
        edge.until(lambda: edge.counts.get("pictures", 0) >= 1)
        edge.process.send_signal(signal.SIGINT)
        assert edge.wait(15) == 0
        assert edge.counts["spooled"] == 0
        assert len(stored(storage, container)) == edge.counts["pictures"]


def test_log_lines_are_json_and_hold_no_name_or_key(
    settings: dict[str, str], storage: StorageAccount, container: str, visit: Path
) -> None:
    with EdgeProcess(["--source", str(visit)], settings) as edge:
        assert edge.wait() == 0
        said = edge.lines
    assert all({"time", "level", "event"} <= json.loads(line).keys() for line in said)
    names = stored(storage, container)
    assert names
    assert not any(name.split("-")[-1][:8] in "".join(said) for name in names)
    assert settings["PictureStorage"].split("sig=")[1] not in "".join(said)


@pytest.mark.parametrize(
    ("arguments", "changed", "said"),
    [
        (["--source", "nowhere.mp4"], {}, "--source: there is no such file or folder"),
        (["--source", "README.md"], {}, "--source: not a video"),
        ([], {}, "no camera: give --source"),
        (["--source", "1"], {"Store": "North Shop"}, "Store: expected 1 to 63 of a-z, 0-9 and -"),
        (["--source", "1"], {"PictureStorage": ""}, "PictureStorage: not set"),
        (["gate", "x.jpg"], {"MODELS_DIR": "nowhere"}, "make models"),
        (["gate", "nowhere.jpg"], {}, "nowhere.jpg: no such file"),
    ],
)
def test_a_users_mistake_gets_one_line_and_status_2(
    settings: dict[str, str], arguments: list[str], changed: dict[str, str], said: str, tmp_path: Path
) -> None:
    (tmp_path / "README.md").write_text("words")
    arguments = [str(tmp_path / argument) if argument == "README.md" else argument for argument in arguments]
    with EdgeProcess(arguments, {**settings, **changed}) as edge:
        assert edge.wait() == 2
        assert len(edge.lines) == 1
        assert said in edge.lines[0]


def test_a_model_with_other_tensors_is_refused(settings: dict[str, str], tmp_path: Path, weights: Path) -> None:
    (tmp_path / "person_detector.tflite").write_bytes((weights / "face_mesh.tflite").read_bytes())
    with EdgeProcess(["gate", "x.jpg"], {**settings, "MODELS_DIR": str(tmp_path)}) as edge:
        assert edge.wait() == 2
        assert "no known kind" in edge.lines[-1]


def test_gate_answers_for_each_picture_in_words_or_json(photographs: list[Path], tmp_path: Path) -> None:
    Image.fromarray(shop()).save(tmp_path / "empty.png")
    pictures = [str(photographs[0]), str(tmp_path / "empty.png")]
    command = [sys.executable, "-m", "edge", "gate"]
    as_json = subprocess.run([*command, "--json", *pictures], cwd=ROOT, capture_output=True, check=True)
    assert json.loads(as_json.stdout) == {pictures[0]: True, pictures[1]: False}
    words = subprocess.run([*command, *pictures], cwd=ROOT, capture_output=True, check=True, text=True)
    assert words.stdout.splitlines() == [
        f"{pictures[0]}: yes (people: 3, faces to see: 3)",
        f"{pictures[1]}: no (no one in view)",
    ]


def test_gate_goes_on_behind_a_picture_that_cannot_be_read_and_says_so(photographs: list[Path], tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").write_bytes(photographs[0].read_bytes()[:300])
    exif = Image.Exif()
    exif[0x010E] = "a shop"
    Image.fromarray(shop()).save(tmp_path / "odd.jpg", exif=exif)
    odd = (tmp_path / "odd.jpg").read_bytes()
    text_of_seven = b"\x01\x0e\x00\x02\x00\x00\x00\x07\x00"
    assert text_of_seven in odd
    # A text far longer than the file, of which Pillow warns
    (tmp_path / "odd.jpg").write_bytes(odd.replace(text_of_seven, text_of_seven[:-1] + b"\x7f", 1))
    pictures = [str(tmp_path / "broken.jpg"), str(tmp_path / "odd.jpg"), str(photographs[0])]
    done = subprocess.run(
        [sys.executable, "-m", "edge", "gate", "--json", *pictures], cwd=ROOT, capture_output=True, check=False
    )
    assert done.returncode == 2
    assert json.loads(done.stdout) == {pictures[1]: False, pictures[2]: True}
    assert done.stderr.decode().splitlines() == [f"edge: {pictures[0]}: not a picture that can be read"]


def test_a_repeated_picture_changes_nothing(settings: dict[str, str], storage: StorageAccount, container: str) -> None:
    target = PictureStorage(settings["PictureStorage"], container, "2019-07-07")
    target.put(Parcel("north/door-1/a.jpg", b"first", 1))
    target.put(Parcel("north/door-1/a.jpg", b"second", 2))
    target.close()
    assert stored(storage, container) == {"north/door-1/a.jpg": (b"first", {"people": "1"})}


def test_an_expired_sas_says_what_to_do(storage: StorageAccount, container: str) -> None:
    expired = storage.upload_connection_string(container, lifetime=-timedelta(hours=1))
    target = PictureStorage(expired, container, "2019-07-07")
    with pytest.raises(UploadFailed, match="SAS"):
        target.put(Parcel("north/door-1/a.jpg", b"first", 1))
    target.close()
