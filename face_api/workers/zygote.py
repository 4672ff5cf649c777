"""The process that loads the models once and forks a worker whenever it is asked for one.

It must be started before the service has opened anything or has threads: what is forked off it later holds neither the
listening socket nor the store, and no lock of a thread that it does not have. Each process ends when the sockets that
the service holds are closed, however the service ended.
"""

import contextlib
import functools
import gc
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any, NoReturn

from PIL import Image

from face_api.errors import CannotStart, Unavailable
from face_api.faces.analysis import FaceAnalyzer
from face_api.workers.worker import work
from vision.errors import VisionError

_READY, _FORK = b"+", b"f"
_MESSAGE_BYTES = 4096
_END_SECONDS = 5.0


class Zygote:
    """That process, as the service sees it."""

    def __init__(self, process_id: int, control: socket.socket) -> None:
        self._process_id = process_id
        self._control = control
        self._forking = threading.Lock()
        self._ready = False

    def wait_until_ready(self) -> None:
        """Returns once the models are loaded. Raises CannotStart with what is wrong with them."""
        said = self._control.recv(_MESSAGE_BYTES)
        if said != _READY:
            raise CannotStart(said.decode() or "the process that loads the models was ended")
        self._ready = True

    def fork(self) -> "Connection[Any, Any]":
        """The connection to a new worker. Raises Unavailable if there can be none any more."""
        ours, its = socket.socketpair()
        try:
            with its, self._forking:
                socket.send_fds(self._control, [_FORK], [its.fileno()])
        except OSError:
            ours.close()
            raise Unavailable("no process can look at pictures any more: start the service again") from None
        return Connection(ours.detach())

    def alive(self) -> bool:
        """Whether it can still fork."""
        with contextlib.suppress(ChildProcessError):
            return os.waitpid(self._process_id, os.WNOHANG) == (0, 0)
        return False

    def close(self) -> None:
        """Ends it, and with it its workers, once their connections are closed."""
        self._control.close()
        if not self._ready:
            os.kill(self._process_id, signal.SIGKILL)
        deadline = time.monotonic() + _END_SECONDS
        while self.alive():
            if time.monotonic() > deadline:
                os.kill(self._process_id, signal.SIGKILL)
            time.sleep(0.005)


@contextmanager
def zygote(load: Callable[[], FaceAnalyzer]) -> Iterator[Zygote]:
    """Forks the process, which loads the models while the service goes on; ended at the end."""
    ours, its = socket.socketpair()
    process_id = os.fork()
    if not process_id:
        ours.close()
        _run(functools.partial(_tend, its, load))
    its.close()
    started = Zygote(process_id, ours)
    try:
        yield started
    finally:
        started.close()


def _tend(control: socket.socket, load: Callable[[], FaceAnalyzer]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)  # a terminal or a supervisor sends them to all: the service decides
    try:
        analyzer = load()
    except VisionError as error:
        control.sendall(str(error).encode()[:_MESSAGE_BYTES])
        return
    Image.preinit()  # its decoders, which it loads with the first picture
    gc.collect()
    gc.freeze()  # the collector would write to pages that are shared
    control.sendall(_READY)
    while True:
        asked, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if not asked:
            break
        _reap(os.WNOHANG)
        (descriptor,) = descriptors
        if not os.fork():
            control.close()
            _run(functools.partial(_serve, descriptor, analyzer))
        os.close(descriptor)
    _reap(0)


def _serve(descriptor: int, analyzer: FaceAnalyzer) -> None:
    analyzer.warm_up()
    work(Connection(descriptor), analyzer)


def _reap(options: int) -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, options) != (0, 0):
            pass


def _run(task: Callable[[], None]) -> NoReturn:
    """All that a forked process does: nothing of what the one it was forked from would do next, or at its end, when the
    models' runtimes would wait for threads that were not forked with it."""
    try:
        task()
    except BaseException:  # noqa: BLE001 - whoever waits for it sees the socket close
        os._exit(1)
    os._exit(0)
