"""`python -m edge`: watch a camera, or ask whether the module would take a picture."""

import argparse
import contextlib
import json
import os
import signal
import sys
import threading
from pathlib import Path

from edge import log
from edge.camera.choose import check_camera, open_source
from edge.camera.pictures import read_picture
from edge.errors import EdgeError, SettingsRefused, SourceUnusable
from edge.gate.faces import FaceCheck
from edge.gate.person_model import PersonModel
from edge.gate.would_take import would_take
from edge.iot.client import HubUnreachable, in_iot_edge
from edge.iot.join import join
from edge.iot.link import Link
from edge.settings import PERSON_MODEL, Settings, resolve
from edge.settings_in_force import SettingsInForce
from edge.station import Station


def main(arguments: list[str]) -> int:
    """0 done, 1 a fault, 2 the caller's mistake, which one line on stderr names."""
    options = _parser().parse_args(arguments)
    log.configure()
    try:
        if options.command == "gate":
            return _gate(options.pictures, options.json, resolve(os.environ))
        return _watch(options.source)
    except EdgeError as error:
        print(f"edge: {error}", file=sys.stderr)  # noqa: T201
        return error.status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m edge",
        description="Watch a camera and send pictures of people to private storage. "
        "Settings are environment variables; edge/README.md lists them.",
    )
    parser.add_argument(
        "--source",
        metavar="PATH|FOLDER|rtsp://…|N",
        help="video file, picture or folder of pictures, network camera, or number of a camera on this machine "
        "(or set CameraSource)",
    )
    commands = parser.add_subparsers(dest="command", metavar="gate")
    gate = commands.add_parser("gate", help="would the module take this picture? For trying out a camera's place")
    gate.add_argument("--json", action="store_true", help="print one JSON object: picture → true or false")
    gate.add_argument("pictures", nargs="+", metavar="PICTURE", type=Path)
    return parser


def _gate(pictures: list[Path], as_json: bool, settings: Settings) -> int:
    model, faces = PersonModel(settings.models_dir / PERSON_MODEL), FaceCheck(settings.models_dir)
    answers = {}
    for path in pictures:
        answer = would_take(read_picture(path), model, faces, settings)
        answers[str(path)] = answer.take
        if not as_json:
            print(f"{path}: {'yes' if answer.take else 'no'} ({answer.reason})", flush=True)  # noqa: T201
    if as_json:
        print(json.dumps(answers))  # noqa: T201
    return 0


def _watch(source: str | None) -> int:
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    if not in_iot_edge(os.environ):
        _station(source, SettingsInForce(os.environ), stopping).run()
        return 0
    joined = join(stopping)
    if joined is None:
        return 0
    hub, desired = joined
    try:
        settings = SettingsInForce(os.environ, desired)
        station = _station(source, settings, stopping)
    except SettingsRefused as refused:
        with contextlib.suppress(HubUnreachable):
            hub.report({"settings": {"version": desired.get("$version"), "refused": dict(refused.reasons)}})
        hub.close()
        raise
    with Link(hub, settings, station, station.people, settings.current.telemetry_seconds):
        station.run()
    return 0


def _station(source: str | None, settings: SettingsInForce, stopping: threading.Event) -> Station:
    """A station for the source, which ends soon after `stopping` is set."""
    if not source and not settings.current.camera_source:
        raise SourceUnusable("no camera: give --source, or set CameraSource")
    settings.current.require_set("Store", "Camera", "PictureStorage")
    station = Station(open_source(source or settings.current.source), settings, stopping)
    if not source:
        settings.check(check_camera)
        settings.on_change(station.camera_changed)
    return station
