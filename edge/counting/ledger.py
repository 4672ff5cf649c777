"""Counts kept on disk, so that a kill or a power cut loses no more than the last second of them."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import structlog
from pydantic import TypeAdapter, ValidationError

from edge.counting.traffic import State

NAME = "traffic.json"
_states = TypeAdapter(State)

log = structlog.get_logger()


class Ledger:
    """A file with the state: sums by place and quarter minute, nothing of anyone."""

    def __init__(self, folder: Path, write: Callable[[Path, bytes], str | None]) -> None:
        """folder: there already, this process' own. write: puts a file there whole, or says why not."""
        self._path = folder / NAME
        self._write = write
        self._kept: dict[str, Any] | None = None
        self._failed = False

    def load(self) -> State:
        """What was kept; nothing if there is no file, or one that can't be read."""
        try:
            return _states.validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return State()
        except (OSError, ValidationError) as error:
            log.warning("traffic ledger unreadable", reason=type(error).__name__)
            return State()

    def keep(self, state: State) -> None:
        """Put it on disk, unless it is there already. A disk that doesn't take it is said once; counting goes on."""
        described = asdict(state)
        # Seconds watched move with every frame; a disk is not written to for their sake.
        counted = {**described, "watched": 0}
        if counted == self._kept:
            return
        fault = self._write(self._path, json.dumps(described, separators=(",", ":")).encode())
        self._kept = self._kept if fault else counted
        if fault and not self._failed:
            log.warning("traffic ledger not kept", reason=fault, hint="a restart would lose counts; see SpoolFolder")
        self._failed = bool(fault)
