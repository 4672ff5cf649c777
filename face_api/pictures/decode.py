"""The bytes of a picture → upright RGB pixels, with limits on time and memory before anything is decoded."""

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from face_api.errors import InvalidImage, InvalidImageSize

LEAST_BYTES = 1024
MOST_BYTES = 6 * 1024 * 1024
MOST_PIXELS = 40_000_000
WORKING_SIDE = 1920
"""Pixels. In larger pictures the smallest face that is found is proportionally larger: so says the contract."""

LEAST_SIDE = 36
_FORMATS = ("JPEG", "PNG", "GIF", "BMP")
_MOST_SCANS = 100
_MOST_OTHER_PIXELS = 26_000_000


@dataclass(frozen=True, eq=False)
class Picture:
    """`pixels`: RGB, upright, longest side at most 1,920; `scale`: sent pixels for each of these, ≥ 1."""

    pixels: Image.Image
    scale: float


def decode(content: bytes) -> Picture:
    """The picture, turned as its EXIF says; of an animation the first frame.

    JPEG, PNG, GIF or BMP of 1 KB … 6 MB. Raises InvalidImage or InvalidImageSize.
    """
    check_size(len(content))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
                _check_pixels(picture, content)
                longest = max(picture.size)
                picture.draft("RGB", (WORKING_SIDE, WORKING_SIDE))
                picture.load()
                pixels = _rgb(picture)
                pixels.thumbnail((WORKING_SIDE, WORKING_SIDE), Image.Resampling.BILINEAR)
                ImageOps.exif_transpose(pixels, in_place=True)
                return Picture(pixels, longest / max(pixels.size))
    except InvalidImageSize:
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


def _check_pixels(picture: Image.Image, content: bytes) -> None:
    width, height = picture.size
    most = MOST_PIXELS if picture.format == "JPEG" else _MOST_OTHER_PIXELS
    if width * height > most:
        raise InvalidImageSize(f"the picture has more than {most // 1_000_000} megapixels")
    if min(width, height) < LEAST_SIDE:
        raise InvalidImageSize(f"the picture is smaller than {LEAST_SIDE} pixels")
    if picture.format == "JPEG" and content.count(b"\xff\xda") > _MOST_SCANS:
        raise InvalidImage("the picture has more scans than a camera makes")


def _rgb(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I") or picture.mode == "F":
        return _from_16_bits(picture)
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        seen = picture.convert("RGBA")
        ground = Image.new("RGBA", seen.size, "white")
        return Image.alpha_composite(ground, seen).convert("RGB")
    return picture if picture.mode == "RGB" else picture.convert("RGB")


def _from_16_bits(picture: Image.Image) -> Image.Image:
    return picture.convert("I").point(lambda value: value / 256).convert("L").convert("RGB")
