"""The arguments of `python -m local iot-edge`."""

import argparse
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--port", type=int, default=0, help="the service API's port; 0 takes a free one (default)")
    parser.add_argument(
        "--data", type=Path, required=True, metavar="DIR", help="where twins, keys and telemetry are kept"
    )
    parser.add_argument("--device", default="edge-device", metavar="ID", help="the device (default %(default)s)")
    parser.add_argument(
        "--module",
        action="append",
        required=True,
        metavar="NAME[=FILE]",
        help="a module, and a JSON file of desired properties for the first time; may be repeated",
    )
    parser.add_argument(
        "--address",
        metavar="127.x.y.z",
        help="the gateway's address, on port 8883; else the one used before with this data, or any free one",
    )
