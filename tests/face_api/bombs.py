"""Small files that are much work to decode."""

import io
import struct

from PIL import Image

_NEXT_IMAGE = b"\xff\xd9\xff\xd8"


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    """The picture as a file of this kind."""
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def flat(mode: str = "RGB", size: tuple[int, int] = (400, 300)) -> Image.Image:
    """A picture without a face."""
    return Image.effect_noise(size, 80).convert(mode)


def progressive(side: int, kind: str = "JPEG", **options: object) -> bytes:
    """A progressive JPEG of side × side pixels of one colour; as MPO, with a small second image."""
    second = {"save_all": True, "append_images": [Image.new("L", (64, 64))]} if kind == "MPO" else {}
    return saved(Image.new("RGB", (side, side), (90, 120, 150)), kind, progressive=True, **second, **options)


def head_bomb(filling: bytes) -> bytes:
    """A small JPEG whose head is filled up to 6 MB."""
    content = saved(Image.new("RGB", (200, 200)), "JPEG")
    return content[:2] + filling * (6_000_000 // len(filling)) + content[2:]


def jump_bomb(side: int, jumps: int) -> bytes:
    """A run-length encoded BMP that is nothing but jumps of one pixel."""
    body = b"\x00\x02\x01\x00" * jumps
    head = struct.pack("<IiiHHIIiiII", 40, side, side, 1, 8, 1, len(body), 2835, 2835, 256, 0) + bytes(1024)
    return b"BM" + struct.pack("<IHHI", 14 + len(head) + len(body), 0, 0, 14 + len(head)) + head + body


def scan_bomb(kind: str, side: int, times: int) -> bytes:
    """The same, with the last scan repeated so many times: some 50 bytes each, and all pixels are gone through."""
    content = progressive(side, kind)
    end = content.index(_NEXT_IMAGE) if kind == "MPO" else len(content) - 2
    start = content.rindex(b"\xff\xda", 0, end)
    return content[:end] + content[start:end] * times + content[end:]
