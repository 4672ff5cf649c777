"""`python -m edge`: watch a camera, or ask whether the module would take a picture."""

import argparse
import json
import os
import signal
import sys
from pathlib import Path

from edge import log
from edge.camera.choose import open_source
from edge.camera.pictures import read_picture
from edge.camera.reader import Reader
from edge.errors import EdgeError, SourceUnusable
from edge.forward import Forwarder
from edge.gate.faces import FaceCheck
from edge.gate.person_model import PersonModel
from edge.gate.would_take import would_take
from edge.module import Module
from edge.settings import Settings, resolve
from edge.spool.key import spool_key
from edge.spool.spool import Spool
from edge.upload import PictureStorage
from edge.watch import Watch

PERSON_MODEL = "person_detector.tflite"


def main(arguments: list[str]) -> int:
    """0 done, 1 a fault, 2 the caller's mistake, which one line on stderr names."""
    options = _parser().parse_args(arguments)
    log.configure()
    try:
        settings = resolve(os.environ)
        if options.command == "gate":
            return _gate(options.pictures, options.json, settings)
        return _watch(options.source or settings.camera_source, settings)
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


def _watch(source_name: str | None, settings: Settings) -> int:
    if not source_name:
        raise SourceUnusable("no camera: give --source, or set CameraSource")
    settings.require_set("Store", "Camera", "PictureStorage")
    source = open_source(source_name)
    watch = Watch(
        PersonModel(settings.models_dir / PERSON_MODEL), FaceCheck(settings.models_dir), continuous=source.continuous
    )
    secret = settings.spool_key.get_secret_value() if settings.spool_key else None
    with Spool(settings.spool_folder, lambda: spool_key(settings.spool_folder, secret)) as spool:
        module = Module(
            Reader(source, lambda: settings.frames_per_second),
            watch,
            spool,
            Forwarder(spool, lambda: _storage(settings)),
            lambda: settings,
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: module.stop())
        module.run()
    return 0


def _storage(settings: Settings) -> PictureStorage:
    return PictureStorage(settings.storage_connection, settings.picture_container, settings.storage_api_version)
