"""Decoding, by itself: whatever the bytes, a picture or a named refusal; and it can be ended at any time."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngInfo

from face_api.errors import Cancelled, InvalidImage, InvalidImageSize
from face_api.pictures.decode import WORKING_SIDE, decode
from face_api.pictures.jpeg import scans
from tests.face_api.bombs import flat, head_bomb, jump_bomb, progressive, saved, scan_bomb

_EXIF = Image.Exif()
_EXIF[0x0112] = 6
FILES = {
    "JPEG": saved(flat(), "JPEG", exif=_EXIF),
    "progressive JPEG": saved(flat(), "JPEG", progressive=True),
    "CMYK": saved(flat("CMYK"), "JPEG"),
    "MPO": saved(flat(), "MPO", save_all=True, append_images=[flat("L", (64, 64))]),
    "PNG": saved(flat("RGBA"), "PNG"),
    "PNG of 16 bits": saved(Image.new("I;16", (400, 300), 5000), "PNG", pnginfo=None, compress_level=0),
    "PNG with a palette": saved(flat("P"), "PNG", transparency=0),
    "animated PNG": saved(flat(), "PNG", save_all=True, append_images=[flat()]),
    "GIF": saved(flat("P"), "GIF", save_all=True, append_images=[flat("P")], transparency=1),
    "BMP": saved(flat(), "BMP"),
    "BMP with a palette": saved(flat("P"), "BMP"),
}


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_whatever_is_done_to_a_file_it_is_decoded_or_refused_by_name(name: str, data: st.DataObject) -> None:
    content = bytearray(FILES[name])
    in_head = st.integers(0, min(700, len(content) - 1))
    for place in data.draw(st.lists(in_head | st.integers(0, len(content) - 1), max_size=8)):
        content[place] = data.draw(st.integers(0, 255))
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(content))] * 2)))
    change = data.draw(st.sampled_from(["nothing", "cut", "double", "take out"]))
    mangled = bytes(
        {
            "nothing": content,
            "cut": content[:end],
            "double": content[:end] + content[start:],
            "take out": content[:start] + content[end:],
        }[change]
    )
    try:
        picture = decode(mangled)
    except (InvalidImage, InvalidImageSize):
        return
    assert picture.pixels.mode == "RGB"
    assert max(picture.pixels.size) <= WORKING_SIDE


@pytest.mark.parametrize("name", FILES)
def test_a_good_file_is_decoded(name: str) -> None:
    assert set(decode(FILES[name]).pixels.size) == {400, 300}


@pytest.mark.parametrize("kind", ["JPEG", "progressive JPEG", "PNG", "GIF", "BMP"])
def test_decoding_can_be_ended_in_the_middle(kind: str) -> None:
    options = {"progressive": True} if kind.startswith("progressive") else {}
    content = saved(flat("P" if kind == "GIF" else "RGB", (1400, 1000)), kind.rpartition(" ")[2], **options)
    asked = 0

    def leave() -> None:
        nonlocal asked
        asked += 1
        if asked == most:
            raise Cancelled

    most = 10**9
    decode(content, leave)
    assert asked > 40
    most, asked = asked // 2, 0
    with pytest.raises(Cancelled):
        decode(content, leave)
    assert asked == most


@pytest.mark.parametrize("name", FILES)
def test_decoding_that_takes_too_long_is_given_up(name: str) -> None:
    with pytest.raises(InvalidImage, match="too long"):
        decode(FILES[name], seconds=0)


@pytest.mark.parametrize(
    "content",
    [head_bomb(b"\xff\xe5\x00\x04ab"), head_bomb(b"\xff\xfe\x00\x04ab"), head_bomb(b"\xff")],
    ids=["a million segments", "a million comments", "six million fill bytes"],
)
def test_what_python_itself_would_read_for_seconds_is_given_up_in_the_middle(content: bytes) -> None:
    reads = 0

    def read() -> None:
        nonlocal reads
        reads += 1

    with pytest.raises(InvalidImage, match="too long"):
        decode(content, read, seconds=0.2)
    assert reads < 1_000_000, "there are two million or more to its end"


def test_a_bmp_of_a_million_jumps_is_refused_and_one_of_fewer_is_read() -> None:
    with pytest.raises(InvalidImageSize, match="run-length"):
        decode(jump_bomb(5000, 70_000))
    with pytest.raises(InvalidImage, match="too long"):
        decode(jump_bomb(5000, 60_000), seconds=0.02)
    assert decode(jump_bomb(100, 10_000)).pixels.size == (100, 100)


def test_an_mpo_has_the_same_limits_as_any_jpeg() -> None:
    content = progressive(6300, "MPO")
    with Image.open(io.BytesIO(content)) as picture:
        assert picture.format == "MPO"
        assert isinstance(picture, JpegImageFile)
    assert decode(content).scale == pytest.approx(6300 / WORKING_SIDE)
    with pytest.raises(InvalidImageSize, match="40 megapixels"):
        decode(progressive(6400, "MPO"))
    with pytest.raises(InvalidImage, match="more scans"):
        decode(scan_bomb("MPO", 2000, 200))


def test_scans_are_counted_as_a_decoder_does_not_those_of_thumbnails_and_further_images() -> None:
    thumbnail = saved(flat(size=(160, 120)), "JPEG", progressive=True)
    exif = b"Exif\0\0II*\0\x08\0\0\0\0\0" + thumbnail
    assert scans(saved(flat(), "JPEG", exif=exif), 100) == 1
    assert scans(saved(flat(), "JPEG", progressive=True, exif=exif), 100) == 10
    assert scans(FILES["MPO"], 100) == 1
    assert scans(scan_bomb("MPO", 200, 90), 100) == 100
    assert scans(scan_bomb("JPEG", 200, 500), 100) == 100


@pytest.mark.parametrize("name", ["JPEG", "progressive JPEG", "CMYK", "MPO"])
def test_a_jpeg_without_its_end_is_read_and_one_that_breaks_off_earlier_is_refused(name: str) -> None:
    whole = FILES[name] if name != "MPO" else FILES["MPO"][: FILES["MPO"].index(b"\xff\xd9\xff\xd8") + 2]
    expected = decode(whole).pixels
    assert decode(whole[:-2]).pixels.tobytes() == expected.tobytes()
    assert decode(whole[:-3]).pixels.size == expected.size
    if not name.startswith("progressive"):  # whose every scan is of the whole picture: it only gets less sharp
        for share in (0.3, 0.6, 0.9):
            with pytest.raises(InvalidImage):
                decode(whole[: int(share * len(whole))])


def test_a_profile_or_a_text_of_megabytes_keeps_no_png_from_being_read() -> None:
    words = PngInfo()
    words.add_text("a", "x" * 1_200_000, zip=True)
    for content in (
        saved(flat(), "PNG", icc_profile=bytes(1_200_000)),
        saved(flat(), "PNG", pnginfo=words),
        saved(flat("P"), "PNG", pnginfo=words, transparency=0),
    ):
        assert decode(content).pixels.size == (400, 300)
