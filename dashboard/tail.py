"""Follow a growing file of lines without reading any byte twice, in this process or a later one."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

CHUNK_BYTES = 1 << 23
LONGEST_LINE_BYTES = 1 << 16
HEAD_BYTES = 4096


@dataclass(frozen=True)
class Mark:
    """How far a file was read, to whole lines, and by which beginning it is known again."""

    offset: int = 0
    head_bytes: int = 0
    head: str = ""


@dataclass(frozen=True)
class Batch:
    """Whole lines read in one go, and the place after them. `restarted`: the file was replaced or cut."""

    lines: list[bytes]
    mark: Mark
    restarted: bool
    more: bool
    overlong: int
    size: int


class Tail:
    """Reads on from where it stopped, at most CHUNK_BYTES at a time; an unfinished last line waits for its end."""

    def __init__(self, path: Path, mark: Mark = Mark()) -> None:
        """Follow `path`, which need not exist yet, from `mark` on."""
        self._path = path
        self._mark = mark
        self._file_id: tuple[int, int] | None = None
        self._offset = mark.offset
        self._rest = b""
        self._skipping = False

    def read(self) -> Batch:
        """Answer the lines that were completed since the last call.

        Raises OSError where the file is there and can't be read now: no line is lost by it.
        """
        try:
            with self._path.open("rb") as file:
                status = os.fstat(file.fileno())
                file_id = (status.st_dev, status.st_ino)
                head = file.read(HEAD_BYTES)
                restarted = self._is_another(file_id, status.st_size, head[: self._mark.head_bytes])
                start = 0 if restarted else self._offset
                file.seek(start)
                chunk = file.read(CHUNK_BYTES)
        except FileNotFoundError:
            return Batch([], self._mark, restarted=False, more=False, overlong=0, size=0)
        if restarted:
            self._rest, self._skipping = b"", False
        self._file_id, self._offset = file_id, start + len(chunk)
        lines, overlong = self._split(chunk)
        self._mark = self._new_mark(head)
        more = len(chunk) == CHUNK_BYTES
        return Batch(lines, self._mark, restarted, more=more, overlong=overlong, size=status.st_size)

    def _is_another(self, file_id: tuple[int, int], size: int, head: bytes) -> bool:
        moved = self._file_id is not None and file_id != self._file_id
        return moved or size < self._offset or (bool(self._mark.head) and _digest(head) != self._mark.head)

    def _new_mark(self, head: bytes) -> Mark:
        offset = self._offset - len(self._rest)
        head = head[:offset]
        return Mark(offset, len(head), _digest(head) if head else "")

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


def _digest(head: bytes) -> str:
    return hashlib.sha256(head).hexdigest()
