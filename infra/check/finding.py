"""What a check has to say, and where the files it reads are."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Finding:
    """One fault: which rule, in which file (relative to the root), in words a reader can act on."""

    rule: str
    file: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}: {self.message} [{self.rule}]"


@dataclass(frozen=True)
class NotRun:
    """A part of a check that couldn't run here, and what it needs; said, but no fault."""

    what: str
    reason: str

    def __str__(self) -> str:
        return f"not run: {self.what}: {self.reason}"


Outcome = Finding | NotRun


class Unreadable(Exception):
    """A file is missing or isn't in the language it should be in; the message says which and why."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(f"{file}: {reason}")
        self.file = file
        self.reason = reason
