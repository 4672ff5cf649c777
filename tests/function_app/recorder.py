"""A tap on a TCP connection: passes everything on, and keeps what was sent to the server."""

import socket
import threading
from types import TracebackType
from typing import Self


class Recorder:
    """Listens on `port` and passes on to the port `target`, on loopback, while the `with` block runs."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self._sent = bytearray()

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    @property
    def sent(self) -> bytes:
        """All bytes that clients have sent to the server so far."""
        with self._lock:
            return bytes(self._sent)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._target))
            for source, sink, keep in ((client, server, True), (server, client, False)):
                threading.Thread(target=self._pass_on, args=(source, sink, keep), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket, keep: bool) -> None:
        with source, sink:
            try:
                while data := source.recv(65536):
                    if keep:
                        with self._lock:
                            self._sent += data
                    sink.sendall(data)
            except OSError:
                return
