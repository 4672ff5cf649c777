"""The arguments of `python -m local demo`."""

import argparse
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    """The interface that the design fixes."""
    parser.add_argument(
        "--source",
        default="sample",
        help="sample, a video file, a folder of pictures, rtsp://…, a camera's number, or CameraSource for what the "
        "environment variable of that name holds, as an address with a password (default: sample)",
    )
    parser.add_argument("--seconds", type=_positive, help="stop after so many seconds (default: at the footage's end)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the summary there as well, as JSON")
    parser.add_argument("--no-dashboard", action="store_true", help="do not serve the live page")


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return number
