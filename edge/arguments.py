"""The arguments of `python -m edge`."""

import argparse
from pathlib import Path


def parser(prog: str) -> argparse.ArgumentParser:
    """What reads them; `prog` is what the user typed."""
    made = argparse.ArgumentParser(
        prog=prog,
        description="Watch a camera and send pictures of people to private storage. "
        "Settings are environment variables; edge/README.md lists them.",
    )
    made.add_argument(
        "--source",
        metavar="PATH|FOLDER|rtsp://…|N",
        help="video file, picture or folder of pictures, network camera, or number of a camera on this machine "
        "(or set CameraSource; the only way for an address with a password, as everyone sees a command line)",
    )
    commands = made.add_subparsers(dest="command", metavar="gate|count")
    gate = commands.add_parser("gate", help="would the module take this picture? For trying out a camera's place")
    gate.add_argument("--json", action="store_true", help="print one JSON object: picture → true or false")
    gate.add_argument("pictures", nargs="+", metavar="PICTURE", type=Path)
    count = commands.add_parser("count", help="what would be counted here? For placing lines and zones; sends nothing")
    _of_count(count)
    return made


def _of_count(count: argparse.ArgumentParser) -> None:
    count.add_argument(
        "clip",
        nargs="?",
        metavar="CLIP|rtsp://…|N",
        help="footage, or a camera, which is watched until Ctrl-C (default: CameraSource)",
    )
    count.add_argument(
        "--lines", metavar="JSON", help='as the setting Lines: {"door": {"from": "0.1,0.7", "to": "0.9,0.7"}}'
    )
    count.add_argument(
        "--zones", metavar="JSON", help='as the setting Zones: {"display": {"polygon": "0.4,0.5 0.7,0.5 0.7,0.9"}}'
    )
    count.add_argument("--json", action="store_true", help="print a JSON object for each crossing and stay")
    count.add_argument(
        "--picture", metavar="FILE", type=Path, help="draw lines, zones and paths into a picture; people are blanked"
    )
