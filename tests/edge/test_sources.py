import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edge.camera.choose import open_source
from edge.camera.reader import Reader
from edge.errors import CameraLost, SourceUnusable
from edge.frame import Frame
from tests.edge.scenes import shop, write_video


def frames_of(reader: Reader, seconds: float = 30.0) -> list[Frame]:
    frames = []
    while not reader.ended:
        if frame := reader.take(timeout=seconds):
            frames.append(frame)
    return frames


@pytest.fixture
def footage(tmp_path: Path) -> Path:
    """One second of video, 20 frames a second."""
    return write_video(tmp_path / "footage.mp4", [np.full((64, 64, 3), 10 * n, np.uint8) for n in range(20)], rate=20)


def test_a_missing_path_is_refused() -> None:
    with pytest.raises(SourceUnusable, match="no such file or folder"):
        open_source("nowhere.mp4")


def test_a_file_that_is_no_video_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.mp4").write_text("not a video")
    with pytest.raises(SourceUnusable, match="not a video"):
        open_source(str(tmp_path / "notes.mp4"))


def test_a_video_cut_off_before_its_first_frame_is_refused(tmp_path: Path, footage: Path) -> None:
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(footage.read_bytes()[:600])
    with pytest.raises(SourceUnusable, match="video"):
        open_source(str(cut))


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceUnusable, match="no pictures in this folder"):
        open_source(str(tmp_path))


def test_an_unreadable_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    with pytest.raises(SourceUnusable, match="not a picture"):
        open_source(str(tmp_path / "broken.jpg"))


def test_a_camera_number_that_is_not_there_is_refused() -> None:
    with pytest.raises(SourceUnusable, match="there is no camera 63"):
        open_source("63")


def test_other_addresses_are_refused_without_their_secrets() -> None:
    with pytest.raises(SourceUnusable) as refused:
        open_source("ftp://user:secret@host/path?key=secret")
    assert "secret" not in str(refused.value)


def test_a_camera_that_does_not_answer_is_lost_and_says_so_without_secrets() -> None:
    source = open_source("rtsp://user:secret@127.0.0.1:1/live?token=secret")
    with pytest.raises(CameraLost) as lost:
        next(iter(source.images()))
    assert str(lost.value) == "network camera: connection refused"
    assert lost.value.__cause__ is None


def test_pictures_of_a_folder_come_by_name_upright_and_none_is_missed(tmp_path: Path) -> None:
    for number in range(3):
        image = Image.new("RGB", (40, 20), (number * 100, 0, 0))
        exif = Image.Exif()
        exif[0x0112] = 6  # the camera was turned
        image.save(tmp_path / f"{number}.png", exif=exif)
    images = list(open_source(str(tmp_path)).images())
    assert [(shown.due, shown.image.width, shown.image.height) for shown in images] == [
        (0, 20, 40),
        (1, 20, 40),
        (2, 20, 40),
    ]
    assert [shown.image.to_ndarray()[0, 0, 0] for shown in images] == [0, 100, 200]


def test_a_video_plays_in_real_time(footage: Path) -> None:
    with Reader(open_source(str(footage)), lambda: 60.0) as reader:
        frames = frames_of(reader)
    assert len(frames) + reader.dropped == 20
    assert 0.8 <= frames[-1].at - frames[0].at <= 3
    assert (frames[-1].captured_at - frames[0].captured_at).total_seconds() == pytest.approx(
        frames[-1].at - frames[0].at, abs=0.05
    )


def test_no_more_frames_a_second_are_shown_than_asked(footage: Path) -> None:
    with Reader(open_source(str(footage)), lambda: 5.0) as reader:
        assert 4 <= len(frames_of(reader)) + reader.dropped <= 7


def test_frames_are_dropped_rather_than_queued_when_no_one_takes_them(footage: Path) -> None:
    with Reader(open_source(str(footage)), lambda: 60.0) as reader:
        first = reader.take(timeout=10)
        assert first
        reader._thread.join(timeout=20)
        last = reader.take(timeout=0)
        assert last
        assert last.rgb().mean() > 150
        assert reader.dropped >= 15
        assert reader.ended


def test_damage_in_the_middle_ends_a_video_without_an_error(tmp_path: Path, footage: Path) -> None:
    stream = tmp_path / "damaged.ts"
    write_video(stream, [shop(320, 240, seed) for seed in range(10)], rate=20)
    content = bytearray(stream.read_bytes())
    content[len(content) // 2 :] = os.urandom(len(content) - len(content) // 2)
    stream.write_bytes(content)
    images = list(open_source(str(stream)).images())
    assert 1 <= len(images) <= 11
