"""NanoDet-g for 320×192 in float32: the person model for tflite-runtime, where 8-bit convolutions are slow."""

from pathlib import Path

from models.convert.nanodet import convert_nanodet


def convert(model: Path) -> bytes:
    """See convert_nanodet."""
    return convert_nanodet(model, 320, 192)
