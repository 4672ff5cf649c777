"""`python -m edge`: watch a camera, or ask what the module would take or count."""

import argparse
import contextlib
import json
import os
import signal
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from pydantic import JsonValue

from edge import count_command, log
from edge.camera.choose import check_camera, open_source
from edge.camera.pictures import read_picture
from edge.camera.source import Source
from edge.errors import EdgeError, SettingsRefused, SourceUnusable
from edge.gate.faces import FaceCheck
from edge.gate.person_model import PersonModel
from edge.gate.would_take import would_take
from edge.iot.client import EdgeHub, HubUnreachable, in_iot_edge
from edge.iot.join import join
from edge.iot.link import Link
from edge.secret_files import with_secret_files
from edge.settings import PERSON_MODEL, Settings, resolve
from edge.settings_in_force import SettingsInForce
from edge.station import Station


def run(options: argparse.Namespace) -> int:
    """0 done, 1 a fault, 2 the caller's mistake, which one line on stderr names."""
    log.configure()
    try:
        environment = with_secret_files(os.environ)
        if options.command == "gate":
            return _gate(options.pictures, options.json, resolve(environment))
        if options.command == "count":
            _refuse_shown_secrets(options.clip or "")
            return count_command.run(options, environment)
        return _watch(options.source, environment)
    except EdgeError as error:
        print(f"edge: {error}", file=sys.stderr)  # noqa: T201
        return error.status


def _gate(pictures: list[Path], as_json: bool, settings: Settings) -> int:
    """An answer for every picture that can be read, and a line for each that can't."""
    model, faces = PersonModel(settings.models_dir / PERSON_MODEL), FaceCheck(settings.models_dir)
    answers, status = {}, 0
    for path in pictures:
        try:
            answer = would_take(read_picture(path), model, faces, settings)
        except SourceUnusable as unusable:
            print(f"edge: {path}: {unusable}", file=sys.stderr)  # noqa: T201
            status = unusable.status
            continue
        answers[str(path)] = answer.take
        if not as_json:
            print(f"{path}: {'yes' if answer.take else 'no'} ({answer.reason})", flush=True)  # noqa: T201
    if as_json:
        print(json.dumps(answers))  # noqa: T201
    return status


def _watch(source: str | None, environment: Mapping[str, str]) -> int:
    _refuse_shown_secrets(source or "")
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    if not in_iot_edge(environment):
        _station(source, SettingsInForce(environment), stopping).run()
        return 0
    joined = join(stopping)
    if joined is None:
        return 0
    hub, desired = joined
    try:
        settings = SettingsInForce(environment, desired)
        station = _station(source, settings, stopping)
    except EdgeError as error:
        _report_refusal(hub, desired, error)
        raise
    with Link(hub, settings, station, settings.current.telemetry_seconds):
        station.run()
    return 0


def _refuse_shown_secrets(source: str) -> None:
    if "://" in source and ("@" in source or "?" in source):
        raise SourceUnusable("--source: anyone can see a command line; set an address with a password as CameraSource")


def _report_refusal(hub: EdgeHub, desired: Mapping[str, JsonValue], error: EdgeError) -> None:
    """Why the module doesn't start, for whoever looks at the twin."""
    with contextlib.suppress(HubUnreachable):
        if isinstance(error, SettingsRefused):
            hub.report({"settings": {"version": desired.get("$version"), "refused": dict(error.reasons)}})
        else:
            hub.report({"lastError": type(error).__name__})
    hub.close()


def _station(source: str | None, settings: SettingsInForce, stopping: threading.Event) -> Station:
    """A station for the source, which ends soon after `stopping` is set."""
    if not source and not settings.current.camera_source:
        raise SourceUnusable("no camera: give --source, or set CameraSource")
    settings.current.require_set("Store", "Camera", "PictureStorage")
    station = Station(_opened(source, settings.current), settings, stopping)
    if not source:
        settings.check(check_camera)
        settings.on_change(station.camera_changed)
    return station


def _opened(source: str | None, settings: Settings) -> Source:
    try:
        return open_source(source or settings.source, settings.rtsp_transport)
    except SourceUnusable as unusable:
        if source:
            raise SourceUnusable(f"--source: {unusable}") from None
        raise SettingsRefused({"CameraSource": str(unusable)}) from None
