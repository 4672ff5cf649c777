"""Follow a growing file of lines without reading any byte twice."""

import os
from dataclasses import dataclass
from pathlib import Path

CHUNK_BYTES = 1 << 20
LONGEST_LINE_BYTES = 1 << 16


@dataclass(frozen=True)
class Batch:
    """Whole lines read in one go. `restarted`: the file was replaced or cut, what came before no longer holds."""

    lines: list[bytes]
    restarted: bool
    more: bool
    overlong: int


class Tail:
    """Reads on from where it stopped, at most CHUNK_BYTES at a time; an unfinished last line waits for its end."""

    def __init__(self, path: Path) -> None:
        """Follow `path`, which need not exist yet."""
        self._path = path
        self._file_id: tuple[int, int] | None = None
        self._offset = 0
        self._rest = b""
        self._skipping = False

    def read(self) -> Batch:
        """Answer the lines that were completed since the last call."""
        try:
            with self._path.open("rb") as file:
                status = self._stat(file.fileno())
                restarted = self._file_id is not None and (status[0] != self._file_id or status[1] < self._offset)
                if restarted:
                    self._offset, self._rest, self._skipping = 0, b"", False
                self._file_id = status[0]
                file.seek(self._offset)
                chunk = file.read(CHUNK_BYTES)
        except FileNotFoundError:
            return Batch([], restarted=False, more=False, overlong=0)
        self._offset += len(chunk)
        lines, overlong = self._split(chunk)
        return Batch(lines, restarted, more=len(chunk) == CHUNK_BYTES, overlong=overlong)

    @staticmethod
    def _stat(descriptor: int) -> tuple[tuple[int, int], int]:
        status = os.fstat(descriptor)
        return (status.st_dev, status.st_ino), status.st_size

    def _split(self, chunk: bytes) -> tuple[list[bytes], int]:
        *lines, rest = (self._rest + chunk).split(b"\n")
        if self._skipping and lines:
            lines, self._skipping = lines[1:], False
        overlong = 0
        if self._skipping:
            rest = b""
        elif len(rest) > LONGEST_LINE_BYTES:
            rest, self._skipping, overlong = b"", True, 1
        self._rest = rest
        return [line for line in lines if line.strip()], overlong
