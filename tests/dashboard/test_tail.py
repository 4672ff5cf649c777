"""The rows file is followed byte by byte, whatever happens to it."""

import errno
import io
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.tail import CHUNK_BYTES, LONGEST_LINE_BYTES, Tail


def test_a_file_that_is_not_there_yet_has_no_lines(tmp_path: Path) -> None:
    tail = Tail(tmp_path / "rows.jsonl")
    assert tail.read().lines == []
    (tmp_path / "rows.jsonl").write_bytes(b"one\n")
    assert tail.read().lines == [b"one"]


@given(pieces=st.lists(st.binary(max_size=20), max_size=10))
def test_lines_are_read_once_however_they_were_written(pieces: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.jsonl"
        tail = Tail(path)
        read = []
        for piece in pieces:
            with path.open("ab") as file:
                file.write(piece)
            read += tail.read().lines
        whole = b"".join(pieces).split(b"\n")[:-1]
        assert read == [line for line in whole if line.strip()]


class Failing(io.BytesIO):
    """A file whose every read but the first few fails, as on a disk that is going."""

    def __init__(self, file: BinaryIO, good: int) -> None:
        super().__init__(file.read())
        self._number, self._good = file.fileno(), good

    def fileno(self) -> int:
        return self._number

    def read(self, size: int | None = -1, /) -> bytes:
        self._good -= 1
        if self._good < 0:
            raise OSError(errno.EIO, "Input/output error")
        return super().read(size)


@pytest.mark.parametrize("good", range(4))
def test_a_read_that_fails_costs_no_line(good: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"one\ntwo\nthr")
    tail = Tail(path)
    assert tail.read().lines == [b"one", b"two"]
    path.write_bytes(path.read_bytes() + b"ee\nfour\n")
    read: list[bytes] = []
    with path.open("rb") as file, suppress(OSError):
        monkeypatch.setattr(Path, "open", lambda *_: Failing(file, good))
        read += tail.read().lines
    monkeypatch.undo()
    assert read + tail.read().lines == [b"three", b"four"]


def test_an_unfinished_line_waits_for_its_end(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'{"a": 1}\n{"b"')
    tail = Tail(path)
    assert tail.read().lines == [b'{"a": 1}']
    with path.open("ab") as file:
        file.write(b": 2}\n")
    assert tail.read().lines == [b'{"b": 2}']


def test_a_file_cut_short_or_replaced_is_read_from_its_start(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"one\ntwo\n")
    tail = Tail(path)
    tail.read()
    path.write_bytes(b"new\n")
    batch = tail.read()
    assert (batch.restarted, batch.lines) == (True, [b"new"])
    other = tmp_path / "other"
    other.write_bytes(b"moved here, and longer\n")
    other.replace(path)
    batch = tail.read()
    assert (batch.restarted, batch.lines) == (True, [b"moved here, and longer"])


def test_a_large_file_comes_in_pieces_of_bounded_size(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    line = b"x" * 999 + b"\n"
    count = 5 * CHUNK_BYTES // len(line) // 2
    path.write_bytes(line * count)
    tail = Tail(path)
    batches = [tail.read() for _ in range(3)]
    assert [batch.more for batch in batches] == [True, True, False]
    assert max(len(batch.lines) for batch in batches) <= CHUNK_BYTES // len(line) + 1
    assert sum(len(batch.lines) for batch in batches) == count


@given(pieces=st.lists(st.binary(max_size=20), max_size=10), kept=st.integers(0, 10))
def test_a_later_process_reads_on_from_the_mark(pieces: list[bytes], kept: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.jsonl"
        path.write_bytes(b"")
        tail = Tail(path)
        read: list[bytes] = []
        for number, piece in enumerate(pieces):
            with path.open("ab") as file:
                file.write(piece)
            batch = tail.read()
            read += batch.lines
            if number == kept:
                tail = Tail(path, batch.mark)
        assert read == [line for line in b"".join(pieces).split(b"\n")[:-1] if line.strip()]


def test_another_file_is_known_by_its_beginning_also_by_a_later_process(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"one\n")
    mark = Tail(path).read().mark
    path.write_bytes(b"another, and longer\n")
    batch = Tail(path, mark).read()
    assert (batch.restarted, batch.lines) == (True, [b"another, and longer"])


def test_a_line_without_end_is_dropped_and_counted_and_the_next_one_is_read(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"y" * (3 * CHUNK_BYTES) + b"\nnext\n")
    tail = Tail(path)
    batches = [tail.read() for _ in range(4)]
    assert sum(batch.overlong for batch in batches) == 1
    assert [line for batch in batches for line in batch.lines] == [b"next"]
    assert LONGEST_LINE_BYTES < CHUNK_BYTES
