"""`python -m local twin`."""

import argparse
import json
import sys
from pathlib import Path

from local.errors import LocalError
from local.iot_edge import running
from local.iot_edge.errors import NotRunning
from local.iot_edge.payload import Json
from local.twin.service import TwinService
from local.twin.values import patch, value

_ABOUT = """\
examples:
  python -m local twin show
  python -m local twin set TimeBetweenPicturesInSeconds=2 RequireFace=false ObjectsOfInterest=person
  python -m local twin set ModelZipUrl= ModelZipSha256=
  python -m local twin method status
  python -m local twin method purgeSpool '{"confirm": true}'
  python -m local twin telemetry

A VALUE that reads as JSON is taken as JSON (true, 3, 0.5, {"a": 1}, "3" in quotes for text), all else as text.
KEY= removes the property, so that the module goes by its default. KEY.INNER=VALUE sets a property of an object.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _ABOUT
    parser.add_argument("--data", type=Path, metavar="DIR", help="the IoT Edge data folder, where several stacks run")
    parser.add_argument("--module", metavar="NAME", help="the module, where there are several")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("show", help="print the twin")
    setting = actions.add_parser("set", help="change desired properties; prints what is desired then")
    setting.add_argument("assignments", nargs="+", metavar="KEY=VALUE")
    method = actions.add_parser("method", help="run a direct method; prints its answer")
    method.add_argument("name", metavar="NAME")
    method.add_argument("payload", nargs="?", default="", metavar="JSON")
    method.add_argument("--seconds", type=float, default=30.0, metavar="N", help="how long to wait (default 30)")
    telemetry = actions.add_parser("telemetry", help="print the newest messages, JSON lines")
    telemetry.add_argument("--last", type=int, default=20, metavar="N", help="how many (default 20)")


def run(arguments: argparse.Namespace) -> int:
    """Do it: 0 done, 1 the method answered with a status of 400 or more, 2 refused or nothing runs."""
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
            twin = service.patch_desired(patch(arguments.assignments))
            properties = twin.get("properties")
            _show(properties.get("desired") if isinstance(properties, dict) else None)
        case "method":
            status, answer = service.call(arguments.name, value(arguments.payload), arguments.seconds)
            _show({"status": status, "payload": answer})
            return 1 if status >= 400 else 0
        case "telemetry":
            for message in service.telemetry(arguments.last):
                sys.stdout.write(json.dumps(message) + "\n")
    return 0


def _only_module(found: running.Running) -> str:
    if len(found.modules) != 1:
        raise NotRunning("name one of the modules with --module: " + ", ".join(sorted(found.modules)))
    return next(iter(found.modules))


def _show(answer: Json) -> None:
    sys.stdout.write(json.dumps(answer, indent=2, sort_keys=True) + "\n")
