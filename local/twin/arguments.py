"""The arguments of `python -m local twin`."""

import argparse
from pathlib import Path

_ABOUT = """\
examples:
  %(prog)s show
  %(prog)s set TimeBetweenPicturesInSeconds=2 RequireFace=false ObjectsOfInterest=person
  %(prog)s set ModelZipUrl= ModelZipSha256=
  %(prog)s method status
  %(prog)s method purgeSpool '{"confirm": true}'
  %(prog)s telemetry

A VALUE that reads as JSON is taken as JSON (true, 3, 0.5, {"a": 1}, "3" in quotes for text), all else as text.
KEY= removes the property, so that the module goes by its default. KEY.INNER=VALUE sets a property of an object.
`set` waits for the module's answer; what it refuses stays desired until it is set anew, and the old settings go on.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _ABOUT
    _which(parser, default=None)
    after = argparse.ArgumentParser(add_help=False)
    _which(after, default=argparse.SUPPRESS)  # may stand before or after the action
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("show", parents=[after], help="print the twin")
    setting = actions.add_parser("set", parents=[after], help="change desired properties; prints what is desired then")
    setting.add_argument("assignments", nargs="+", metavar="KEY=VALUE")
    setting.add_argument("--seconds", type=float, default=15.0, metavar="N", help="how long to wait (default 15)")
    method = actions.add_parser("method", parents=[after], help="run a direct method; prints its answer")
    method.add_argument("name", metavar="NAME")
    method.add_argument("payload", nargs="?", default="", metavar="JSON")
    method.add_argument("--seconds", type=float, default=30.0, metavar="N", help="how long to wait (default 30)")
    telemetry = actions.add_parser("telemetry", parents=[after], help="print the newest messages, JSON lines")
    telemetry.add_argument("--last", type=int, default=20, metavar="N", help="how many (default 20)")


def _which(parser: argparse.ArgumentParser, default: str | None) -> None:
    parser.add_argument("--module", metavar="NAME", default=default, help="the module, where there are several")
    parser.add_argument(
        "--data", type=Path, metavar="DIR", default=default, help="the IoT Edge data folder, where several stacks run"
    )
