"""python -m face_api: the Face API service."""

import argparse
import os
import signal
import sys
from pathlib import Path

from face_api.private_process import keep_private

keep_private()  # before anything is loaded or opened

# One process for each worker is the whole parallelism; numpy's own threads would only get in each other's way.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import structlog  # noqa: E402

from face_api.errors import CannotStart  # noqa: E402
from face_api.faces.analysis import FaceAnalyzer  # noqa: E402
from face_api.logs import configure_logs  # noqa: E402
from face_api.service import face_service  # noqa: E402
from face_api.serving.server import bind, serve  # noqa: E402
from face_api.settings import read_settings, refuse_secrets_in_sight  # noqa: E402
from face_api.workers.zygote import zygote  # noqa: E402

_CONTAINER_ARGUMENTS = ("eula", "billing", "apikey")


def main(arguments: list[str]) -> int:
    """Runs the service; the exit status: 0 after a signal, 2 for wrong settings."""
    configure_logs()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))  # until the server takes over: nothing is under way yet
    log = structlog.get_logger()
    options = _parser().parse_args(arguments)
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
        print(f"face_api: {error}", file=sys.stderr)
        return 2
    log.info("stopped")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m face_api",
        description="The Face API v1.0 on open models, and the visitor memory. Each option is also an environment "
        "variable, and each secret one may be a file of the variable's name in SECRETS_DIR; see docs/face-api.md.",
    )
    parser.add_argument("--host", help="address to listen on (default 127.0.0.1; others need a key)")
    parser.add_argument("--port", type=int, help="port (default 5000; 0: a free one)")
    parser.add_argument(
        "--api-key", metavar="K", help="key that clients must send, on loopback only; better: FACE_API_KEY"
    )
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="folder for SQLite (default: in memory, lost at the end)"
    )
    parser.add_argument(
        "--database", metavar="DSN", help="postgresql://… instead of --data; with a password: FACE_API_DATABASE"
    )
    parser.add_argument("--models", type=Path, metavar="DIR", help="folder of the weight files")
    parser.add_argument("--workers", type=int, metavar="N", help="pictures at once (default: the cores)")
    parser.add_argument(
        "container",
        nargs="*",
        metavar="NAME=VALUE",
        help="the old container's Eula=, Billing= and ApiKey= (= --api-key)",
    )
    return parser


def _container_arguments(given: list[str]) -> dict[str, str]:
    pairs = dict(argument.partition("=")[::2] for argument in given)
    known = {name.lower(): value for name, value in pairs.items()}
    if wrong := [name for name in pairs if name.lower() not in _CONTAINER_ARGUMENTS]:
        raise CannotStart(f"{wrong[0]}: no such argument; the container's are Eula=, Billing= and ApiKey=")
    return known


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
