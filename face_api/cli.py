"""Runs the Face API service as its arguments say."""

import argparse
import signal
import sys

import structlog

from face_api.errors import CannotStart
from face_api.faces.analysis import FaceAnalyzer
from face_api.logs import configure_logs
from face_api.service import face_service
from face_api.serving.server import bind, serve
from face_api.settings import read_settings, refuse_secrets_in_sight
from face_api.workers.zygote import zygote

_CONTAINER_ARGUMENTS = ("eula", "billing", "apikey")


def run(options: argparse.Namespace) -> int:
    """The exit status: 0 after a signal, 2 for wrong settings."""
    configure_logs()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))  # until the server takes over: nothing is under way yet
    log = structlog.get_logger()
    try:
        container = _container_arguments(options.container)
        if "billing" in container:
            log.info("billing ignored", reason="this service reports to nobody")
        settings = read_settings(
            host=options.host,
            port=options.port,
            api_key=options.api_key or container.get("apikey"),
            data=options.data,
            database=options.database,
            models_dir=options.models,
            workers=options.workers,
        )
        refuse_secrets_in_sight(settings, api_key=options.api_key or container.get("apikey"), dsn=options.database)
        with (
            zygote(lambda: FaceAnalyzer.load(settings.models_dir)) as models,  # before anything is opened
            bind(settings.host, settings.port) as listener,
            face_service(settings, models) as app,
        ):
            serve(app, listener)
    except CannotStart as error:
        print(f"face_api: {error}", file=sys.stderr)  # noqa: T201
        return 2
    log.info("stopped")
    return 0


def _container_arguments(given: list[str]) -> dict[str, str]:
    pairs = dict(argument.partition("=")[::2] for argument in given)
    known = {name.lower(): value for name, value in pairs.items()}
    if wrong := [name for name in pairs if name.lower() not in _CONTAINER_ARGUMENTS]:
        raise CannotStart(f"{wrong[0]}: no such argument; the container's are Eula=, Billing= and ApiKey=")
    return known
