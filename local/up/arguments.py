"""The arguments of `python -m local up`."""

import argparse
from pathlib import Path

from local.up.usual import REAL_GAP_MINUTES, SAMPLE


def configure(parser: argparse.ArgumentParser) -> None:
    """What can be chosen."""
    parser.add_argument("--source", default=SAMPLE, help="what the camera sees, over and over (default: sample)")
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="keep all data there (default: a folder that goes at the end)"
    )
    parser.add_argument("--dashboard-port", type=_port, default=0, metavar="PORT", help="0 for a free one (default)")
    parser.add_argument(
        "--visit-gap-minutes",
        type=float,
        metavar="M",
        help=f"when a visit ends (default: {REAL_GAP_MINUTES:g}; 8 seconds for the sample, whose people are soon back)",
    )
    parser.add_argument(
        "--functions",
        type=Path,
        metavar="FILE",
        help="let `func start` analyze the pictures instead of the worker: write its local.settings.json there",
    )


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port, 1 to 65535, or 0 for a free one")
    return int(text)
