"""`python -m local up`."""

import argparse
import os
import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from azure.core.exceptions import AzureError
from rich.console import Console

from local.demo.source import judge, resolve
from local.errors import ChildRefused, LocalError, NothingToShow, SurroundingsUnfit
from local.folder import claim
from local.room import check_room, room_left


def run(arguments: argparse.Namespace) -> int:
    """Run until Ctrl-C or SIGTERM: 0 stopped, 1 a process died, 2 the caller's mistake."""
    console = Console(stderr=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        _check_port(arguments.dashboard_port)
        judge(arguments.source, os.environ)
        with _folder(arguments.data) as folder:
            check_room(folder)
            source = resolve(arguments.source, os.environ)  # draws the sample if need be
            from local.up.run import keep_running  # noqa: PLC0415 - loads for a second; mistakes are told before

            keep_running(source, folder, arguments, console)
    except KeyboardInterrupt:
        console.print("up: everything is stopped")
        return 0
    except (ChildRefused, NothingToShow, SurroundingsUnfit) as error:
        console.print(f"up: {error}", style="red", highlight=False, soft_wrap=True)
        return 2
    except AzureError as error:
        console.print(f"up: local storage failed ({type(error).__name__}); {room_left()}", style="red", soft_wrap=True)
        return 1
    except LocalError as error:
        console.print(f"up: {error}", style="red", highlight=False, soft_wrap=True)
        return 1
    return 0


@contextmanager
def _folder(wanted: Path | None) -> Iterator[Path]:
    if wanted is None:
        with tempfile.TemporaryDirectory(prefix="footfall-") as folder:
            yield Path(folder)
    else:
        try:
            wanted.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=wanted).close()
        except OSError as error:
            raise SurroundingsUnfit(f"--data {wanted}: {error.strerror}; choose a folder that can be written") from None
        claim(wanted / "event-hubs").close()  # another stack's folder is told at once
        yield wanted


def _check_port(port: int) -> None:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError as error:
        raise SurroundingsUnfit(
            f"--dashboard-port {port}: {error.strerror}; choose another, or 0 for a free one"
        ) from None
