"""What a JPEG's markers say of the work that decoding it will be (ITU-T T.81, annex B)."""

import re

from PIL.JpegImagePlugin import JpegImageFile

_MARKER = re.compile(rb"\xff+([^\x00\xff])")
_EOI, _SOS = 0xD9, 0xDA
_WITHOUT_LENGTH = frozenset({0x01, 0xD8, *range(0xD0, 0xD8)})


def scans(content: bytes, most: int) -> int:
    """How many scans the first image has, counted up to `most`: not those of a thumbnail, or of a further image."""
    if content.count(b"\xff\xda") <= 1:
        return 1
    count, place = 0, 0
    while count < most and (found := _MARKER.search(content, place)):
        marker, place = found[1][0], found.end()
        if marker == _EOI:
            break
        if marker not in _WITHOUT_LENGTH:
            place += int.from_bytes(content[place : place + 2])
        count += marker == _SOS
    return count


def coefficients(picture: JpegImageFile) -> float:
    """How many numbers all scans together hold: one a pixel and component, fewer of those that are sampled down."""
    across = max(layer[1] for layer in picture.layer)
    down = max(layer[2] for layer in picture.layer)
    share = sum(layer[1] * layer[2] for layer in picture.layer) / (across * down)
    return picture.width * picture.height * share
