"""The arguments of `python -m local footage`."""

import argparse
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--out", type=Path, metavar="FILE", help="copy the film there (default: leave it in the cache)")
