"""The bytes of a picture → upright RGB pixels, with limits on time and memory.

What can be known from a picture's head is judged before anything is decoded. The decoder is then fed a little at a
time, so that it can be ended in between: by whoever waits for it, or because it has taken too long.
"""

import io
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile

from face_api.errors import Cancelled, InvalidImage, InvalidImageSize, Refused
from face_api.pictures.jpeg import coefficients, scans
from face_api.pictures.png import without_words

LEAST_BYTES = 1024
MOST_BYTES = 6 * 1024 * 1024
MOST_PIXELS = 40_000_000
WORKING_SIDE = 1920
"""Pixels. In larger pictures the smallest face that is found is proportionally larger: so says the contract."""

LEAST_SIDE = 36
_FORMATS = ("JPEG", "PNG", "GIF", "BMP")
_MOST_OTHER_PIXELS = 26_000_000
_MOST_SCANS = 100
_MOST_SCANNED_PIXELS = 640_000_000
_MOST_COEFFICIENTS = 64_000_000
"""A JPEG of several scans is kept whole, 2 bytes a coefficient, until the last, and each scan goes over all of it. A
camera makes 10 or fewer: 16 of 40 megapixels are a third of a second."""

_MOST_RUN_LENGTH_BYTES = 256 * 1024
"""Pillow reads these in Python, a millionth of a second a byte and more: a second of them is ten on a busy machine."""

_START, _END = b"\xff\xd8", b"\xff\xd9"
"""Of a JPEG. Some cameras leave the end out, or lose the last block of it: other decoders show these."""

_AT_ONCE = 16 * 1024
_HEAD_SECONDS, _SECONDS = 0.25, 1.5
"""Of one processor. A camera's head takes a thousandth of that; a picture within the other limits took 0.7 at most."""


@dataclass(frozen=True, eq=False)
class Picture:
    """`pixels`: RGB, upright, longest side at most 1,920; `scale`: sent pixels for each of these, ≥ 1."""

    pixels: Image.Image
    scale: float


class _Watched(io.BytesIO):
    """Bytes that `check` is asked about before each reading."""

    def __init__(self, content: bytes, check: Callable[[], None]) -> None:
        super().__init__(content)
        self._check = check

    def read(self, size: int | None = -1, /) -> bytes:
        self._check()
        return super().read(size)


def decode(content: bytes, check: Callable[[], None] = lambda: None, seconds: float = _SECONDS) -> Picture:
    """The picture, turned as its EXIF says; of an animation the first frame.

    JPEG (MPO too), PNG, GIF or BMP of 1 KB … 6 MB. `check` is called between pieces and may raise Cancelled; `seconds`
    of this thread's processor are the most that is spent. Raises InvalidImage or InvalidImageSize.
    """
    check_size(len(content))
    begun = time.thread_time()
    most = min(seconds, _HEAD_SECONDS)

    def go_on() -> None:
        check()
        if time.thread_time() - begun > most:
            raise InvalidImage("the picture takes too long to decode")

    def picture_of(content: bytes, *, cut: bool = False) -> Picture:
        nonlocal most
        with Image.open(_Watched(content, go_on), formats=_FORMATS) as picture:
            most = seconds
            _check_pixels(picture)
            _check_runs(picture, content)
            _check_scans(picture, content)
            longest = max(picture.size)
            picture.decodermaxblock = _AT_ONCE
            picture.draft("RGB", (WORKING_SIDE, WORKING_SIDE))
            picture.load()
            go_on()
            pixels = _small_rgb(picture)
            if cut:
                _check_end(pixels)
            pixels.info.pop("xmp", None)  # else Pillow turns by that where there is no EXIF
            ImageOps.exif_transpose(pixels, in_place=True)
            return Picture(pixels, longest / max(pixels.size))

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                return picture_of(without_words(content))
            except OSError as fault:
                if not (content.startswith(_START) and "truncated" in str(fault)):
                    raise
                return picture_of(content + _END, cut=True)
    except (Refused, Cancelled):
        raise
    except UnidentifiedImageError:
        raise InvalidImage("the picture can't be read: JPEG, PNG, GIF and BMP are supported") from None
    except (Image.DecompressionBombError, MemoryError):
        raise InvalidImageSize("the picture has too many pixels") from None
    except Exception:  # noqa: BLE001 - decoders raise nearly anything on broken files; all of it means the same
        raise InvalidImage("the picture is damaged and can't be decoded") from None


def check_size(size: int) -> None:
    """Raises InvalidImageSize if a picture may not have this many bytes."""
    if size < LEAST_BYTES:
        raise InvalidImageSize(f"the picture has {size} bytes; at least 1 KB is needed")
    if size > MOST_BYTES:
        raise InvalidImageSize("the picture is larger than 6 MB")


def _check_pixels(picture: ImageFile) -> None:
    width, height = picture.size
    most = MOST_PIXELS if isinstance(picture, JpegImageFile) else _MOST_OTHER_PIXELS
    if width * height > most:
        raise InvalidImageSize(f"the picture has more than {most // 1_000_000} megapixels")
    if min(width, height) < LEAST_SIDE:
        raise InvalidImageSize(f"the picture is smaller than {LEAST_SIDE} pixels")


def _check_runs(picture: ImageFile, content: bytes) -> None:
    if picture.tile and picture.tile[0].codec_name == "bmp_rle" and len(content) > _MOST_RUN_LENGTH_BYTES:
        raise InvalidImageSize("the run-length encoded BMP is larger than 256 KB")


def _check_scans(picture: ImageFile, content: bytes) -> None:
    if not isinstance(picture, JpegImageFile):
        return
    count = scans(content, _MOST_SCANS + 1)
    if count > _MOST_SCANS or (count > 1 and count * picture.width * picture.height > _MOST_SCANNED_PIXELS):
        raise InvalidImage("the picture has more scans than a camera makes")
    if count > 1 and coefficients(picture) > _MOST_COEFFICIENTS:
        raise InvalidImageSize("the picture has too many pixels for one of several scans")


def _check_end(pixels: Image.Image) -> None:
    """Where a JPEG breaks off, the rest is of one colour. Raises InvalidImage if that is more than its last blocks."""
    lowest = max(8, pixels.height // 40)
    band = pixels.crop((0, pixels.height - lowest, *pixels.size))
    if all(least == most for least, most in band.convert("RGB").getextrema()):  # type: ignore[misc]
        raise InvalidImage("the picture is cut off")


def _small_rgb(picture: Image.Image) -> Image.Image:
    """As RGB of at most the working side; what is large is made small before anything is copied of it."""
    if picture.mode.startswith("I") or picture.mode == "F":
        grey = picture.convert("I")
        _shrink(grey)
        return grey.point(lambda value: value / 256).convert("L").convert("RGB")
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        seen = picture.convert("RGBA")
        _shrink(seen)
        return Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen).convert("RGB")
    if picture.mode in {"P", "1"}:  # their values are no amounts that could be averaged
        picture = picture.convert("RGB")
    _shrink(picture)
    return picture if picture.mode == "RGB" else picture.convert("RGB")


def _shrink(picture: Image.Image) -> None:
    picture.thumbnail((WORKING_SIDE, WORKING_SIDE), Image.Resampling.BILINEAR)
