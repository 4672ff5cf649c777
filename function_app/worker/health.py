"""`/health` and `/metrics` over HTTP."""

import json
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

STUCK_AFTER_SECONDS = 60.0


class Pulse:
    """When the worker's loop last turned round, and what it is waiting for."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last = clock()
        self.waiting_for = ""

    def beat(self, waiting_for: str = "") -> None:
        """The loop turns; `waiting_for` is what has failed, in a few words."""
        self._last, self.waiting_for = self._clock(), waiting_for

    @property
    def seconds(self) -> float:
        """Since the last turn."""
        return self._clock() - self._last


class HealthServer:
    """Healthy means: the loop turns. A Face API that is down is said in the body; a restart would not help."""

    def __init__(self, host: str, port: int, pulse: Pulse, registry: CollectorRegistry) -> None:
        """Listens at once; port 0 takes a free one. Raises OSError when the port is taken."""
        self._server = ThreadingHTTPServer((host, port), _handler(pulse, registry))
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, name="health", daemon=True)

    def start(self) -> None:
        """Answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


def _handler(pulse: Pulse, registry: CollectorRegistry) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/health":
                well = pulse.seconds < STUCK_AFTER_SECONDS
                body = {"status": "ok" if well else "stuck", "waitingFor": pulse.waiting_for or None}
                status = HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE
                self._answer(status, "application/json", json.dumps(body).encode())
            elif self.path == "/metrics":
                self._answer(HTTPStatus.OK, CONTENT_TYPE_LATEST, generate_latest(registry))
            else:
                self._answer(HTTPStatus.NOT_FOUND, "application/json", b'{"status": "no such page"}')

        def _answer(self, status: HTTPStatus, content_type: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing: a probe every few seconds is no news."""

    return Handler
