"""The outputs as files: one row a line, each row once."""

import fcntl
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from windows.errors import CheckpointInvalidError, CheckpointTakenError, SettingsInvalidError


class OutputFolder:
    """`<output>.jsonl` for each output. One writer at a time: the folder is locked while this object lives.

    Raises CheckpointTakenError if another process writes here, SettingsInvalidError if the folder cannot be written.
    """

    def __init__(self, folder: Path, outputs: Sequence[str]) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = (folder / ".lock").open("w")
        except OSError as error:
            raise SettingsInvalidError(f"cannot write to {folder}: {error.strerror}") from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise CheckpointTakenError(f"another runner writes to {folder}") from None
        self._folder = folder
        self._files = {output: (folder / f"{output}.jsonl").open("ab") for output in outputs}

    @property
    def lengths(self) -> dict[str, int]:
        """Bytes in each file."""
        return {output: file.seek(0, 2) for output, file in self._files.items()}

    def append(self, rows: Mapping[str, bytes]) -> None:
        """Write rows; they are in the file, though perhaps not yet on the disk, when this returns."""
        for output, text in rows.items():
            self._files[output].write(text)
            self._files[output].flush()

    def complete(self, lengths: Mapping[str, int], rows: Mapping[str, bytes]) -> None:
        """Bring the files to what a checkpoint speaks of: these lengths, then these rows, whatever part is there.

        Raises CheckpointInvalidError if the files are not the ones it speaks of.
        """
        for output, length in self.lengths.items():
            start, text = lengths.get(output, 0), rows.get(output, b"")
            with (self._folder / f"{output}.jsonl").open("rb") as file:
                file.seek(start)
                there = file.read(len(text) + 1)
            if length < start or not text.startswith(there):
                raise CheckpointInvalidError(f"{self._folder}/{output}.jsonl is not the file it speaks of")
            self.append({output: text[len(there) :]})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the next writer in."""
        for file in self._files.values():
            file.close()
        self._lock.close()
