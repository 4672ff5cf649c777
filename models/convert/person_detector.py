"""NanoDet-g for 512×288, its convolutions rounded to 8 bits: the person model where LiteRT runs."""

from pathlib import Path

from models.convert.int8 import with_int8_convolutions
from models.convert.nanodet import convert_nanodet


def convert(model: Path) -> bytes:
    """See convert_nanodet; rounding halves the time of a run (docs/models.md)."""
    return with_int8_convolutions(convert_nanodet(model, 512, 288))
