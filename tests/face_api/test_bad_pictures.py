"""Pictures that no camera would send, and some that an odd one might: the right answer, soon, in little memory."""

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import httpx
import numpy as np
import psutil
import pytest
from PIL import Image

from tests.face_api.bombs import flat, progressive, saved, scan_bomb
from tests.face_api.pictures import DETECT, STREAM, detect, error_code
from tests.face_api.server import FaceServer, face_server

_SECOND = 1.0
_MEGABYTES = 300


@pytest.fixture(scope="module")
def lone_worker() -> Iterator[FaceServer]:
    """A service with one worker, so that one bad picture would hold up all."""
    with face_server("--workers", "1") as server:
        yield server


def chunk(kind: bytes, data: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_bomb(side: int) -> bytes:
    """A well-formed PNG of side × side black pixels in little space."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes((side + 1) * 100)) for _ in range(side // 100)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def noise(seed: int) -> bytes:
    return np.random.default_rng(seed).bytes(50_000)


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "InvalidImageSize"),
    "too few bytes": (lambda: b"\xff\xd8\xff" + bytes(500), "InvalidImageSize"),
    "too many bytes": (lambda: b"\xff\xd8\xff" + bytes(6 * 1024 * 1024), "InvalidImageSize"),
    "a bomb of 30,000 x 30,000": (lambda: png_bomb(30_000), "InvalidImageSize"),
    "a bomb as JPEG": (lambda: saved(Image.new("L", (12_000, 12_000)), "JPEG"), "InvalidImageSize"),
    "a thousand scans": (lambda: scan_bomb("JPEG", 200, 1000), "InvalidImage"),
    "a thousand scans as MPO": (lambda: scan_bomb("MPO", 5000, 1000), "InvalidImage"),
    "fewer scans of more pixels": (lambda: scan_bomb("MPO", 6000, 20), "InvalidImage"),
    "several scans of 120,000,000 numbers": (lambda: progressive(6300, subsampling=0), "InvalidImageSize"),
    "random bytes named .jpg": (lambda: np.random.default_rng(1).bytes(50_000), "InvalidImage"),
    "a JPEG's start, then random bytes": (
        lambda: b"\xff\xd8\xff\xe0" + np.random.default_rng(2).bytes(50_000),
        "InvalidImage",
    ),
    "a truncated JPEG": (lambda: saved(flat(), "JPEG")[:9000], "InvalidImage"),
    "a truncated PNG": (lambda: saved(flat(), "PNG")[:9000], "InvalidImage"),
    "a TIFF": (lambda: saved(flat(), "TIFF"), "InvalidImage"),
    "a text": (lambda: b"GET / HTTP/1.1\r\n" * 200, "InvalidImage"),
    "a picture too narrow for a face": (lambda: saved(flat(size=(4000, 20)), "PNG"), "InvalidImageSize"),
}
"""What makes each picture, and how it is refused: the bombs alone take seconds to make."""


@cache
def bad(name: str) -> bytes:
    return BAD[name][0]()


@pytest.mark.parametrize("name", BAD)
def test_a_bad_picture_costs_less_than_a_second_and_is_refused(lone_worker: FaceServer, name: str) -> None:
    content, code = bad(name), BAD[name][1]
    process = psutil.Process(lone_worker.process.pid)
    with lone_worker.client() as client:
        start = process.cpu_times()
        response = client.post(DETECT, content=content, headers=STREAM)
        end = process.cpu_times()
    assert end.user + end.system - start.user - start.system < _SECOND  # of a processor, whatever else runs
    assert response.status_code == 400
    assert error_code(response) == code


def test_bad_pictures_leave_memory_as_it_was(lone_worker: FaceServer) -> None:
    with lone_worker.client() as client, ThreadPoolExecutor(4) as pool:
        contents = [bad(name) for name in BAD] * 3
        list(pool.map(lambda content: client.post(DETECT, content=content, headers=STREAM), contents))
    service = psutil.Process(lone_worker.process.pid)
    taken = [process.memory_info().rss for process in (service, *service.children(recursive=True))]
    assert max(taken) < _MEGABYTES * 2**20


_TURNED_XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a tiff:Orientation="6"/></x:xmpmeta>'


def odd(photograph: bytes) -> dict[str, bytes]:
    """One and the same photograph, as odd cameras would save it."""
    picture = Image.open(io.BytesIO(photograph)).convert("RGB").resize((960, 640))
    turned = Image.Exif()
    turned[0x0112] = 6
    sixteen = np.asarray(picture.convert("L"), np.uint16) * 257
    frames = [picture.convert("P"), flat(size=picture.size).convert("P")]
    return {
        "plain": saved(picture, "JPEG", quality=90),
        "CMYK": saved(picture.convert("CMYK"), "JPEG", quality=90),
        "grey": saved(picture.convert("L"), "PNG"),
        "16 bits": saved(Image.fromarray(sixteen), "PNG"),
        "with an alpha channel": saved(picture.convert("RGBA"), "PNG"),
        "BMP": saved(picture, "BMP"),
        "an animated GIF": saved(frames[0], "GIF", save_all=True, append_images=frames[1:]),
        "turned by EXIF": saved(picture.transpose(Image.Transpose.ROTATE_90), "JPEG", quality=90, exif=turned),
        "progressive": saved(picture, "JPEG", quality=90, progressive=True),
        "MPO": saved(picture, "MPO", quality=90, save_all=True, append_images=[flat(size=(160, 120))]),
        "turned by XMP alone": saved(picture, "JPEG", quality=90, xmp=_TURNED_XMP),
    }


def test_odd_but_good_pictures_show_the_same_faces(lone_worker: FaceServer, photographs: list[bytes]) -> None:
    with lone_worker.client() as client:
        found = {
            name: sorted(int(face["faceRectangle"]["left"]) for face in detect(client, content))
            for name, content in odd(photographs[0]).items()
        }
    assert len(found["plain"]) == 3
    for name, lefts in found.items():
        assert lefts == pytest.approx(found["plain"], abs=15), name


def test_no_broken_byte_makes_a_fault(lone_worker: FaceServer, photographs: list[bytes]) -> None:
    small = saved(Image.open(io.BytesIO(photographs[1])).resize((320, 228)), "JPEG")
    generator = np.random.default_rng(3)
    with lone_worker.client() as client:
        for _ in range(25):
            content = bytearray(small)
            for place in generator.integers(0, len(content), generator.integers(1, 12)).tolist():
                content[place] = int(generator.integers(256))
            response: httpx.Response = client.post(DETECT, content=bytes(content), headers=STREAM)
            assert response.status_code in {200, 400}
