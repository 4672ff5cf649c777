"""The arguments of `footfall doctor`."""

import argparse

VARIABLE = "CameraSource"
"""The environment variable of a camera whose address holds a password."""


def configure(parser: argparse.ArgumentParser) -> None:
    """What can be asked about, besides this machine."""
    parser.add_argument(
        "--camera",
        metavar="rtsp://…|N|FILE",
        help=f"look whether it shows a picture (one with a password: set {VARIABLE}, as anyone sees a command line)",
    )
    parser.add_argument("--port", type=int, default=0, metavar="PORT", help="a port that you want the page to have")
    parser.epilog = "Storage and the clock are looked at when PictureStorage (a connection string) is set."
