"""`python -m local twin`."""

import argparse
import json
import sys
from pathlib import Path

from local.errors import LocalError
from local.iot_edge import running
from local.iot_edge.errors import NotRunning
from local.iot_edge.payload import Json
from local.twin.service import TwinService, connected, desired
from local.twin.values import patch, value

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


def run(arguments: argparse.Namespace) -> int:
    """Do it: 0 done, 1 the module refused, or answered a method with 400 or more, 2 nothing was asked of it."""
    try:
        found = running.find() if arguments.data is None else running.load(arguments.data)
        with TwinService(found, arguments.module or _only_module(found)) as service:
            return _act(service, arguments)
    except LocalError as error:
        sys.stderr.write(f"{error}\n")
        return 2


def _act(service: TwinService, arguments: argparse.Namespace) -> int:
    match arguments.action:
        case "show":
            _show(service.twin())
        case "set":
            return _set(service, arguments)
        case "method":
            status, answer = service.call(arguments.name, value(arguments.payload), arguments.seconds)
            _show({"status": status, "payload": answer})
            return 1 if status >= 400 else 0
        case "telemetry":
            for message in service.telemetry(arguments.last):
                sys.stdout.write(json.dumps(message) + "\n")
    return 0


def _set(service: TwinService, arguments: argparse.Namespace) -> int:
    """What is desired goes to stdout, what the module says of it to stderr."""
    twin = service.patch_desired(patch(arguments.assignments))
    _show(desired(twin))
    if not connected(twin):
        sys.stderr.write("the module is not connected: it gets this when it starts\n")
        return 0
    refused = service.answer(desired(twin)["$version"], arguments.seconds)
    if refused is None:
        sys.stderr.write(
            f"the module has not answered within {arguments.seconds:g} s: it is desired, not yet in force\n"
        )
        return 1
    for setting, reason in refused.items():
        sys.stderr.write(f"refused: {setting}: {reason}\n")
    sys.stderr.write("the old settings go on; set it anew\n" if refused else "in force\n")
    return 1 if refused else 0


def _only_module(found: running.Running) -> str:
    if len(found.modules) != 1:
        raise NotRunning("name one of the modules with --module: " + ", ".join(sorted(found.modules)))
    return next(iter(found.modules))


def _show(answer: Json) -> None:
    sys.stdout.write(json.dumps(answer, indent=2, sort_keys=True) + "\n")
