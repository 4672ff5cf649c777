"""`python -m local twin`."""

import argparse
import json
import sys

from local.errors import LocalError
from local.iot_edge import running
from local.iot_edge.errors import NotRunning
from local.iot_edge.payload import Json
from local.twin.service import TwinService, connected, desired
from local.twin.values import patch, value


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
