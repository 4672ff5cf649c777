"""Commands in process groups of their own, which can be ended all at once. Standard library only."""

from __future__ import annotations  # an older Python shall come as far as to be told so

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

PATIENCE_SECONDS = 5.0
"""How long a command that is interrupted may take to clear up."""


class ProcessGroups:
    """What runs now, each in a thread that waits for it; a terminal's Ctrl-C reaches none of it directly."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._children: dict[subprocess.Popen[str], signal.Signals] = {}
        self._ended = False

    def run(self, command: Sequence[str], folder: Path, *, quiet: bool) -> subprocess.CompletedProcess[str]:
        """Run to the end in that folder; `quiet` keeps its output. Raises OSError if there is no such program.

        What is heard is ended by SIGTERM: a Python that SIGINT meets while it starts writes a traceback.
        """
        kept = subprocess.PIPE if quiet else None
        with self._lock:
            if self._ended:
                return subprocess.CompletedProcess(command, -signal.SIGINT, "", "")
            child = subprocess.Popen(
                command, cwd=folder, stdin=subprocess.DEVNULL, stdout=kept, stderr=kept, text=True, errors="replace",
                start_new_session=True,
            )  # fmt: skip
            self._children[child] = signal.SIGINT if quiet else signal.SIGTERM
        try:
            said, complained = child.communicate()
        finally:
            with self._lock:
                del self._children[child]
        return subprocess.CompletedProcess(command, child.returncode, said or "", complained or "")

    @contextlib.contextmanager
    def ended_by_ctrl_c(self) -> Iterator[None]:
        """Within the block, a KeyboardInterrupt of this thread ends them before it goes on."""
        try:
            yield
        except KeyboardInterrupt:
            self._end()
            raise

    def _end(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # a second one would leave some behind
        with self._lock:
            self._ended = True
            children = dict(self._children)
        for kill in (False, True):
            for child, gently in children.items():
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL if kill else gently)
            for child in children:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.wait(PATIENCE_SECONDS)
