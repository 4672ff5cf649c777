"""Starts `python -m face_api` for a benchmark."""

import json
import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

KEY_HEADER = "Ocp-Apim-Subscription-Key"


@dataclass(frozen=True)
class FaceApi:
    """A service that is ready."""

    process: "subprocess.Popen[str]"
    url: str
    key: str

    def megabytes(self) -> float:
        """What all its processes take, a page that several share counted once (PSS)."""
        return sum(process.memory_full_info().pss for process in self._processes()) / 2**20

    def cpu_seconds(self) -> float:
        """Processor time of all its processes so far."""
        return sum(sum(process.cpu_times()[:2]) for process in self._processes())

    def _processes(self) -> list[psutil.Process]:
        service = psutil.Process(self.process.pid)
        return [service, *service.children(recursive=True)]


@contextmanager
def face_api_process(*arguments: str, cores: set[int] | None = None, checkout: Path | None = None) -> Iterator[FaceApi]:
    """On a free port, on these cores only if given, of another checkout if given; stopped at the end."""
    key = secrets.token_hex(16)
    process = subprocess.Popen(
        [sys.executable, "-m", "face_api", "--port", "0", *arguments],
        env={**os.environ, "FACE_API_KEY": key},
        cwd=checkout,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=(lambda: os.sched_setaffinity(0, cores)) if cores else None,  # noqa: PLW1509 - no threads yet
    )
    try:
        port = 0
        lines = iter(process.stderr or ())
        for line in lines:
            if line.startswith("{") and json.loads(line)["event"] == "ready":
                port = json.loads(line)["port"]
                break
        if not port:
            raise SystemExit("the Face API did not start")
        threading.Thread(target=lambda: [None for _ in lines], daemon=True).start()
        yield FaceApi(process, f"http://127.0.0.1:{port}", key)
    finally:
        process.terminate()
        process.wait(timeout=30)
        if process.stderr:
            process.stderr.close()
