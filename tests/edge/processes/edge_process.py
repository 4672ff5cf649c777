"""The module as its users start it: a process with settings in its environment and log lines on stderr."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]


class EdgeProcess:
    """`python -m edge …`, with what it said. Use as a context manager; it is killed at the end if it still runs."""

    def __init__(self, arguments: list[str], settings: Mapping[str, str]) -> None:
        inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "edge", *arguments],
            cwd=ROOT,
            env={**inherited, "LogSeconds": "1", **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> "EdgeProcess":
        self._reader.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join()
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe:
                pipe.close()

    def _read(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            self.lines.append(line.rstrip("\n"))

    def wait(self, seconds: float = 60) -> int:
        """Its status, once it has ended and everything it said was read."""
        status = self.process.wait(seconds)
        self._reader.join()
        return status

    def logged(self, event: str) -> list[dict[str, Any]]:
        """Its log lines of this kind so far."""
        parsed = (json.loads(line) for line in list(self.lines) if line.startswith("{"))
        return [line for line in parsed if line["event"] == event]

    @property
    def counts(self) -> dict[str, Any]:
        """The newest counts; empty if there are none yet."""
        lines = self.logged("counts")
        return lines[-1] if lines else {}

    def until(self, condition: Callable[[], object], seconds: float = 30) -> None:
        """Wait for a condition; fails if it doesn't come true or the process ends without it."""
        give_up = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < give_up, f"waited {seconds} s in vain; it said {self.lines[-5:]}"
            assert self.process.poll() is None or condition(), f"ended too early; it said {self.lines[-5:]}"
            time.sleep(0.05)
