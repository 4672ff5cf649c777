"""One process of the local stack: started on a leash, its output read line by line, stopped without leftovers."""

import collections
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from local.errors import ChildDied, NotReady

ROOT = Path(__file__).resolve().parent.parent
LEASH = Path(__file__).with_name("leash.py")
LAST_WORDS = 20
LONGEST_LINE = 1 << 20


@dataclass(frozen=True)
class LogLine:
    """A JSON log line of a process: its name, the event's name, and all fields."""

    process: str
    event: str
    fields: Mapping[str, Any]


class Child:
    """A running process. Reads stderr for JSON log lines and stdout for results, in threads of its own."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        on_log: Callable[[LogLine], None] = lambda _: None,
        on_output: Callable[[str], None] = lambda _: None,
        folder: Path = ROOT,
    ) -> None:
        """Start `command` in `folder` with `environment` on top of PATH and HOME; ours is not inherited whole."""
        self.name = name
        self._on_log, self._on_output = on_log, on_output
        self._changed = threading.Condition()
        self._logged: dict[str, LogLine] = {}
        self._last_words: collections.deque[str] = collections.deque(maxlen=LAST_WORDS)
        kept = {
            key: os.environ[key] for key in ("PATH", "HOME", "XDG_CACHE_HOME", "LANG", "TMPDIR") if key in os.environ
        }
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(LEASH), str(os.getpid()), *command],
            env={**kept, "PYTHONUNBUFFERED": "1", **environment},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which then stops the rest in order
        )
        assert self.process.stdout is not None  # noqa: S101 (both are pipes, as asked)
        assert self.process.stderr is not None  # noqa: S101
        self._readers = [
            threading.Thread(target=self._read, args=(self.process.stdout, self._take_output), daemon=True),
            threading.Thread(target=self._read, args=(self.process.stderr, self._take_log), daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    @property
    def status(self) -> int | None:
        """The exit status, or None while the process runs."""
        return self.process.poll()

    @property
    def last_words(self) -> str:
        """The last line of stderr that says something, for a message about a death."""
        return next((line.strip() for line in reversed(self._last_words) if line.strip()), "no message")

    def wait_for(self, event: str, seconds: float = 30.0) -> LogLine:
        """Wait for the log line `event`. Raises ChildDied or NotReady."""
        return self._wait(lambda: self._logged.get(event), f"no line {event!r}", seconds)

    def wait_for_exit(self, seconds: float) -> int:
        """Wait until the process has ended and its output is read; answer its status. Raises NotReady."""
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise NotReady(f"{self.name}: still running after {seconds:.0f} s") from None
        for reader in self._readers:
            reader.join(5)
        return status

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal that it understands."""
        self.process.send_signal(number)

    def stop(self, seconds: float = 10.0) -> int:
        """Ask it to end, then insist after `seconds`. Answers the exit status; safe to call again."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()
        return self.wait_for_exit(seconds)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait(10)

    def _wait(self, look: Callable[[], LogLine | None], what: str, seconds: float) -> LogLine:
        def settled() -> bool:
            return look() is not None or not self._readers[1].is_alive()

        with self._changed:
            self._changed.wait_for(settled, seconds)
            found = look()
        if found is not None:
            return found
        if self.process.poll() is not None or not self._readers[1].is_alive():
            raise ChildDied(f"{self.name} ended with status {self.process.wait(10)}: {self.last_words}")
        raise NotReady(f"{self.name}: {what} after {seconds:.0f} s")

    def _read(self, stream: IO[str], take: Callable[[str], None]) -> None:
        with stream:
            while line := stream.readline(LONGEST_LINE):
                take(line.rstrip("\n"))
        with self._changed:
            self._changed.notify_all()

    def _take_output(self, line: str) -> None:
        self._on_output(line)

    def _take_log(self, line: str) -> None:
        try:
            fields = json.loads(line)
        except ValueError:
            fields = None
        if not isinstance(fields, dict) or not isinstance(fields.get("event"), str):
            self._last_words.append(line)
            return
        if fields.get("level") in ("error", "critical"):
            self._last_words.append(line)
        entry = LogLine(self.name, fields["event"], fields)
        with self._changed:
            self._logged[entry.event] = entry
            self._changed.notify_all()
        self._on_log(entry)
