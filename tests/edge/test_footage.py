"""Footage and stills as they are found in the world: damaged, put together, turned, from other tools."""

import contextlib
import io
import os
import struct
import time
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.container import OutputContainer
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image
from structlog.testing import capture_logs

from edge.camera.choose import open_source
from edge.camera.pictures import read_picture
from edge.camera.reader import Reader
from edge.camera.source import Shown
from edge.errors import SourceUnusable
from edge.frame import Pixels
from tests.edge.scenes import shop

RATE = 10
SCENES = [shop(160, 120, seed) for seed in range(8)]
CODECS = {
    "mjpeg.avi": "mjpeg",
    "h264.mp4": "libx264",
    "h264.mkv": "libx264",
    "h264.ts": "libx264",
    "vp9.webm": "libvpx-vp9",
}


def video_stream(out: OutputContainer, codec: str, rate: Fraction) -> av.VideoStream:
    """A new stream of a file."""
    stream = out.add_stream(codec, rate=rate)
    assert isinstance(stream, av.VideoStream)
    return stream


def film(path: Path, codec: str, frames: int = 40, start: float = 0.0, pictures: Sequence[Pixels] = SCENES) -> Path:
    """Footage that begins at `start` seconds; a key frame every 10."""
    with av.open(str(path), "w") as out:
        stream = video_stream(out, codec, Fraction(RATE))
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.height, stream.width = pictures[0].shape[:2]
        stream.gop_size = 10
        stream.max_b_frames = 0
        for number in range(frames):
            image = av.VideoFrame.from_ndarray(np.ascontiguousarray(pictures[number % len(pictures)]), format="rgb24")
            image.pts, image.time_base = number + round(start * RATE), Fraction(1, RATE)
            out.mux(stream.encode(image))
        out.mux(stream.encode(None))
    return path


def shown_of(path: Path) -> list[Shown]:
    """All that a file shows."""
    return list(open_source(str(path)).images())


def test_a_damaged_packet_costs_its_own_picture_and_is_said(tmp_path: Path) -> None:
    path = film(tmp_path / "footage.avi", "mjpeg")
    with av.open(str(path)) as container:
        sixth = bytes([packet for packet in container.demux(video=0) if packet.size][5])
    content = path.read_bytes().replace(sixth, bytes(len(sixth)))
    path.write_bytes(content)
    with capture_logs() as logs:
        assert len(shown_of(path)) == 39
    assert {"event": "footage damaged", "packetsSkipped": 1, "log_level": "warning"} in logs


def test_a_damaged_length_costs_its_own_picture_and_not_those_it_swallows(tmp_path: Path) -> None:
    path = film(tmp_path / "footage.avi", "mjpeg")
    with av.open(str(path)) as container:
        sixth = bytes([packet for packet in container.demux(video=0) if packet.size][5])
    content = bytearray(path.read_bytes())
    content[content.index(sixth) - 3] ^= 0xCE  # of its length: some 50,000 bytes more
    path.write_bytes(content)
    with capture_logs() as logs:
        assert len(shown_of(path)) >= 38
    assert any(line["event"] == "footage damaged" for line in logs)


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Whole footage in the usual containers."""
    folder = tmp_path_factory.mktemp("footage")
    return {name: film(folder / name, codec).read_bytes() for name, codec in CODECS.items()}


@pytest.mark.parametrize("name", CODECS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(places=st.lists(st.floats(0.2, 0.9), min_size=1, max_size=40), noise=st.binary(min_size=40, max_size=40))
def test_damage_behind_the_head_ends_nothing_early(
    name: str, footage: dict[str, bytes], tmp_path: Path, places: list[float], noise: bytes
) -> None:
    """Half of the pictures at the least, and the end reached: at 69d6e49 the first damaged packet was the end."""
    content = bytearray(footage[name])
    for place, byte in zip(places, noise, strict=False):
        content[int(place * len(content))] ^= byte
    path = tmp_path / name
    path.write_bytes(content)
    started = time.monotonic()
    shown = shown_of(path)
    assert time.monotonic() - started < 5
    if name == "mjpeg.avi":  # every picture by itself
        assert len(shown) >= 40 - 2 * len(places) - 2
    assert len(shown) <= 60
    assert [one.due for one in shown] == sorted(one.due for one in shown)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(sorted(CODECS)),
    cut=st.floats(0, 1),
    changes=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=8)), max_size=8),
)
def test_any_bytes_are_footage_or_refused(
    name: str, footage: dict[str, bytes], tmp_path: Path, cut: float, changes: list[tuple[float, bytes]]
) -> None:
    content = bytearray(footage[name][: int(cut * len(footage[name]))])
    for place, change in changes:
        start = int(place * len(content))
        content[start : start + len(change)] = change
    path = tmp_path / name
    path.write_bytes(content)
    started = time.monotonic()
    with contextlib.suppress(SourceUnusable):
        shown_of(path)
    assert time.monotonic() - started < 5


def test_frames_too_large_for_our_memory_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "huge.avi"
    with av.open(str(path), "w") as out:
        stream = video_stream(out, "mjpeg", Fraction(RATE))
        stream.width, stream.height, stream.pix_fmt = 9000, 6000, "yuvj420p"
        out.mux(stream.encode(av.VideoFrame(9000, 6000, "yuvj420p")))
    with pytest.raises(SourceUnusable, match="no video frame"):
        open_source(str(path))


@pytest.mark.parametrize("start", [36_000.0, 0.0, 6.0])
def test_recordings_put_together_play_on_through_the_jump(tmp_path: Path, start: float) -> None:
    """Ten hours ahead, back to the start, and a gap of a few seconds."""
    one, two = film(tmp_path / "1.ts", "libx264", start=20.0), film(tmp_path / "2.ts", "libx264", start=20.0 + start)
    joined = tmp_path / "joined.ts"
    joined.write_bytes(one.read_bytes() + two.read_bytes())
    due = [shown.due for shown in shown_of(joined)]
    assert 75 <= len(due) <= 80
    assert due == sorted(due)
    assert due[-1] < 12


def test_pictures_far_apart_by_design_keep_their_pace(tmp_path: Path) -> None:
    """A recording of one picture every 8 s is no jump."""
    path = tmp_path / "slow.mkv"
    with av.open(str(path), "w") as out:
        stream = video_stream(out, "mjpeg", Fraction(1, 8))
        stream.pix_fmt = "yuvj420p"
        stream.height, stream.width = SCENES[0].shape[:2]
        for number in range(4):
            image = av.VideoFrame.from_ndarray(SCENES[number], format="rgb24")
            image.pts, image.time_base = number * 8, Fraction(1, 1)
            out.mux(stream.encode(image))
    assert [shown.due for shown in shown_of(path)] == [0, 8, 16, 24]


def turned(path: Path, a: int, b: int, c: int, d: int) -> None:
    """Write a turn into an MP4's track header, where telephones note it (ISO 14496-12, 6.2.2)."""
    content = bytearray(path.read_bytes())
    upright = struct.pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
    place = content.index(upright, content.index(b"tkhd"))
    content[place : place + 36] = struct.pack(">9i", a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30)
    path.write_bytes(content)


RED_AT_TOP_LEFT = np.zeros((120, 160, 3), np.uint8)
RED_AT_TOP_LEFT[:60, :80] = (250, 0, 0)


@pytest.mark.parametrize(
    ("matrix", "red"),
    [((1, 0, 0, 1), (0, 0)), ((0, 1, -1, 0), (0, 1)), ((-1, 0, 0, -1), (1, 1)), ((0, -1, 1, 0), (1, 0))],
    ids=["upright", "a quarter to the right", "upside down", "a quarter to the left"],
)
def test_turned_video_is_looked_at_upright(
    tmp_path: Path, matrix: tuple[int, int, int, int], red: tuple[int, int]
) -> None:
    path = film(tmp_path / "phone.mp4", "libx264", frames=3, pictures=[RED_AT_TOP_LEFT])
    if matrix != (1, 0, 0, 1):
        turned(path, *matrix)
    with Reader(open_source(str(path)), lambda: 60.0) as reader:
        frame = reader.take(timeout=20)
    assert frame
    assert (frame.width, frame.height) == ((120, 160) if matrix[0] == 0 else (160, 120))
    pixels = frame.rgb()
    quarters = [
        (int(row), int(column))
        for row in (0, 1)
        for column in (0, 1)
        if pixels[frame.height * (1 + 2 * row) // 4, frame.width * (1 + 2 * column) // 4, 0] > 150
    ]
    assert quarters == [red]


def test_the_default_stream_is_looked_at(tmp_path: Path) -> None:
    """A film whose first stream is a thumbnail."""
    path = tmp_path / "two.mkv"
    with av.open(str(path), "w") as out:
        small, large = (video_stream(out, "libx264", Fraction(RATE)) for _ in range(2))
        for stream, (width, height) in ((small, (32, 18)), (large, (160, 120))):
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        small.disposition, large.disposition = av.stream.Disposition(0), av.stream.Disposition.default
        for number in range(5):
            for stream in (small, large):
                image = av.VideoFrame(stream.width, stream.height, "yuv420p")
                image.pts, image.time_base = number, Fraction(1, RATE)
                out.mux(stream.encode(image))
        for stream in (small, large):
            out.mux(stream.encode(None))
    assert {shown.image.width for shown in shown_of(path)} == {160}


def test_a_files_name_may_hold_a_colon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    film(tmp_path / "footage.mp4", "libx264", frames=3).rename(tmp_path / "2026-03-01T12:00:00.mp4")
    monkeypatch.chdir(tmp_path)
    assert len(list(open_source("2026-03-01T12:00:00.mp4").images())) == 3


def test_a_title_may_be_in_any_encoding(tmp_path: Path) -> None:
    path = film(tmp_path / "footage.avi", "mjpeg", frames=3)
    content = path.read_bytes()
    info = b"LIST" + struct.pack("<I", 4 + 8 + 6) + b"INFO" + b"INAM" + struct.pack("<I", 6) + b"T\xfcr\xe9n\x00"
    place = content.index(b"LIST", content.index(b"hdrl"))
    place = content.index(b"LIST", place + 4 + struct.unpack_from("<I", content, place + 4)[0])
    changed = bytearray(content[:place] + info + content[place:])
    struct.pack_into("<I", changed, 4, len(changed) - 8)
    path.write_bytes(changed)
    assert shown_of(path)


def test_a_pipe_is_refused_before_anything_is_taken_from_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    with pytest.raises(SourceUnusable, match="pipes"):
        open_source(str(tmp_path / "pipe.mp4"))


def test_a_folder_that_may_not_be_looked_into_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(_: Path) -> bool:
        raise PermissionError

    monkeypatch.setattr(Path, "is_dir", forbidden)
    with pytest.raises(SourceUnusable, match="can't be read"):
        open_source("/root/x.mp4")


def test_what_cannot_be_read_in_a_folder_is_skipped_and_said(tmp_path: Path) -> None:
    for name in ("b.jpg", "d.png"):
        Image.fromarray(SCENES[0]).save(tmp_path / name)
    (tmp_path / "._b.jpg").write_bytes(b"Mac OS X        ")
    (tmp_path / "a.jpg").mkdir()
    (tmp_path / "c.jpg").write_bytes((tmp_path / "b.jpg").read_bytes()[:400])
    (tmp_path / "e.jpg").touch()
    (tmp_path / "f.jpg").symlink_to(tmp_path / "nowhere.jpg")
    with capture_logs() as logs:
        assert len(shown_of(tmp_path)) == 2
    assert [(line["event"], line["number"]) for line in logs] == [("picture skipped", n) for n in (2, 4, 5)]
    for name in ("b.jpg", "d.png"):
        (tmp_path / name).unlink()
    with pytest.raises(SourceUnusable, match="none of the pictures"):
        shown_of(tmp_path)


def with_exif(form: str) -> bytes:
    """A picture that was taken with the camera turned."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "a shop"
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0words"
    out = io.BytesIO()
    Image.fromarray(SCENES[0]).save(out, form, exif=exif)
    return out.getvalue()


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("form", ["JPEG", "WEBP", "PNG"])
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.tuples(st.integers(0, 250), st.integers(0, 255)), max_size=6))
@example(changes=[(9, 0)])  # these four made ImageOps.exif_transpose fail: it writes the EXIF anew
@example(changes=[(11, 11)])
@example(changes=[(11, 0)])
@example(changes=[(13, 11)])
def test_damaged_exif_is_no_reason_not_to_look(form: str, tmp_path: Path, changes: list[tuple[int, int]]) -> None:
    content = bytearray(with_exif(form))
    start = content.find({"JPEG": b"Exif", "PNG": b"eXIf", "WEBP": b"EXIF"}[form]) + 8
    for place, byte in changes:
        content[start + place % 86] = byte  # what is behind the first 8 bytes of 94
    path = tmp_path / "picture.jpg"
    path.write_bytes(content)
    try:
        image = read_picture(path)
    except SourceUnusable:
        return
    assert {image.width, image.height} == {160, 120}


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_picture_with_damaged_exif_is_shown_as_it_lies(tmp_path: Path) -> None:
    path = tmp_path / "picture.jpg"
    content = with_exif("JPEG")
    start = content.index(b"Exif\0\0") + 6
    path.write_bytes(content[: start + 8] + b"\xff" * 24 + content[start + 32 :])
    assert read_picture(path).width == 160


@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
def test_grey_of_more_than_8_bits_is_as_bright_as_with_8(tmp_path: Path, bits: int) -> None:
    grey = np.asarray(Image.fromarray(SCENES[0]).convert("L")).astype(np.uint16)
    grey[0, 0] = 255
    Image.fromarray(grey << (bits - 8)).save(tmp_path / "grey.png")
    shown = read_picture(tmp_path / "grey.png").to_ndarray(format="rgb24")
    assert np.abs(shown[..., 0].astype(int) - grey).max() <= 1


@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    form=st.sampled_from(["JPEG", "PNG", "BMP", "WEBP", "GIF", "TIFF"]),
    changes=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=6)), max_size=8),
    cut=st.floats(0, 1),
)
def test_any_bytes_are_a_picture_or_refused(
    form: str, changes: list[tuple[float, bytes]], cut: float, tmp_path: Path
) -> None:
    out = io.BytesIO()
    Image.fromarray(SCENES[1]).save(out, form)
    content = bytearray(out.getvalue())
    for place, change in changes:
        start = int(place * len(content))
        content[start : start + len(change)] = change
    path = tmp_path / "picture.jpg"
    path.write_bytes(content[: int((0.5 + cut) * len(content))])
    try:
        read_picture(path)
    except SourceUnusable:
        return
