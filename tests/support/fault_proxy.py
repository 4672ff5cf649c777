"""A proxy on loopback before an HTTP service: it passes everything on, or does what a bad day does."""

import http.client
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}
_ANSWER_SECONDS = 60


@dataclass(frozen=True)
class Fault:
    """What happens to a request instead of its answer. Of `share` of them: 0 … 1.

    of: how the request begins, as `DELETE /footfall/pictures/a.jpg`. status and code: answered so, with storage's or
    the Face API's own words. seconds: waited first. lost: the connection ends without an answer, after the service has
    done what was asked ("answer") or before ("request").
    """

    status: int = 0
    code: str = ""
    seconds: float = 0.0
    lost: str = ""
    share: float = 1.0
    of: str = ""


class Proxy:
    """Listens on a free port and passes on to `target`, which may change."""

    def __init__(self, name: str, chance: random.Random, stored: Callable[[str, bytes], None] | None = None) -> None:
        """stored: told of each PUT that the service has answered with 201: its path, and its bytes."""
        self.name, self._chance, self._stored = name, chance, stored
        self.target = 0
        self.faults: list[Fault] = []
        self.faulted = 0
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()

    def fault(self, request: str) -> Fault:
        """What a request (method and path) meets; a Fault without anything if it is simply passed on."""
        with self._lock:
            for fault in self.faults:
                if request.startswith(fault.of) and self._chance.random() < fault.share:
                    self.faulted += 1
                    return fault
        return Fault()

    def passed_on(self, method: str, path: str, headers: list[tuple[str, str]], body: bytes) -> "_Answer":
        """The service's own answer. Raises OSError or HTTPException."""
        connection = http.client.HTTPConnection("127.0.0.1", self.target, timeout=_ANSWER_SECONDS)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in headers:
                connection.putheader(name, value)
            connection.endheaders(body or None)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        if method == "PUT" and answer.status == 201 and self._stored:
            self._stored(path, body)
        return _Answer(answer.status, answer.getheaders(), content)

    def _handler(proxy) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - `self` is the handler's
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = -1

            def _do(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                fault = proxy.fault(f"{self.command} {self.path}")
                time.sleep(fault.seconds)
                if fault.lost == "request":
                    self.close_connection = True
                    return
                try:
                    answer = (
                        _refusal(fault)
                        if fault.status
                        else proxy.passed_on(self.command, self.path, self.headers.items(), body)
                    )
                except (OSError, http.client.HTTPException):  # the service is away: so are we
                    self.close_connection = True
                    return
                if fault.lost == "answer":
                    self.close_connection = True
                    return
                self._send(answer)

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = do_PATCH = _do  # noqa: N815

            def _send(self, answer: _Answer) -> None:
                self.send_response_only(answer.status)
                length = str(len(answer.content))
                for name, value in answer.headers:
                    if self.command == "HEAD" and name.lower() == "content-length":
                        length = value
                    if name.lower() not in _HOP_BY_HOP:
                        self.send_header(name, value)
                self.send_header("Content-Length", length)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(answer.content)
                self.wfile.flush()

            def handle(self) -> None:
                with suppress(OSError):  # the client went away
                    super().handle()

            def log_message(self, *_: object) -> None:
                pass

        return Handler


@dataclass(frozen=True)
class _Answer:
    status: int
    headers: list[tuple[str, str]]
    content: bytes


def _refusal(fault: Fault) -> _Answer:
    """As Azure Storage words it in a header, and the Face API in its body."""
    content = f'{{"error": {{"code": "{fault.code}", "message": "A fault on purpose."}}}}'.encode()
    headers = [("Content-Type", "application/json"), ("x-ms-error-code", fault.code)]
    return _Answer(fault.status, headers + ([("Retry-After", "1")] if fault.status == 429 else []), content)


@contextmanager
def proxy() -> Iterator[Proxy]:
    """One that is closed at the end."""
    opened = Proxy("storage", random.Random(1))  # noqa: S311
    try:
        yield opened
    finally:
        opened.close()
