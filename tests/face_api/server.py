"""`python -m face_api` as a process of its own, on a free port."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

REPOSITORY = Path(__file__).resolve().parents[2]
KEY_HEADER = "Ocp-Apim-Subscription-Key"
PATIENCE_SECONDS = 150
"""For a start or an end, which take seconds on a machine with nothing else to do."""


@dataclass
class FaceServer:
    """A running service. `lines`: what it wrote to stderr so far."""

    process: "subprocess.Popen[str]"
    port: int
    key: str
    lines: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def client(self, key: str | None = None) -> httpx.Client:
        """A client that sends the right key, or the one given."""
        return httpx.Client(base_url=self.url, headers={KEY_HEADER: key or self.key}, timeout=30)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Sends the signal and waits; the exit status."""
        self.process.send_signal(number)
        return self.process.wait(timeout=PATIENCE_SECONDS)


def start_command(*arguments: str, environment: Mapping[str, str | None] | None = None) -> "subprocess.Popen[str]":
    """Starts the service with these arguments and nothing of the tests' own environment that could change it."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "MODELS_DIR", "LANG") if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-m", "face_api", *arguments],
        cwd=REPOSITORY,
        env={name: value for name, value in {**inherited, **(environment or {})}.items() if value is not None},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def face_server(
    *arguments: str, key: str = "a-key-for-tests", environment: Mapping[str, str | None] | None = None
) -> Iterator[FaceServer]:
    """A service that is ready; stopped, or killed, at the end."""
    process = start_command("--port", "0", *arguments, environment={"FACE_API_KEY": key, **(environment or {})})
    server = FaceServer(process, 0, key)
    ready: queue.Queue[int] = queue.Queue()

    def read() -> None:
        for line in process.stderr or ():
            server.lines.append(line)
            if '"event": "ready"' in line:
                ready.put(json.loads(line)["port"])
        ready.put(0)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        server.port = ready.get(timeout=PATIENCE_SECONDS)
        assert server.port, "".join(server.lines)
        yield server
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(timeout=10)
        reader.join(timeout=10)
        for stream in (process.stdout, process.stderr):
            if stream:
                stream.close()
