"""Notes on days, from a file that people write by hand."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.notes import Note, Notes, NotesFile, parse

TEXT = """\ufeffdate,store,kind,text
2026-03-10,harbour-street,campaign,"Window posters, spring"
2026-03-09,,closed,Stocktaking

the tenth,,note,not a day
2026-03-11,,party,no such kind
"""


def test_lines_are_read_and_what_can_not_be_read_is_counted() -> None:
    notes = parse(TEXT.removeprefix("\ufeff"))
    assert notes == Notes(
        (
            Note(date(2026, 3, 9), None, "closed", "Stocktaking"),
            Note(date(2026, 3, 10), "harbour-street", "campaign", "Window posters, spring"),
        ),
        2,
    )
    assert notes.closed() == ((None, date(2026, 3, 9)),)
    assert [note.kind for note in notes.within(date(2026, 3, 9), date(2026, 3, 10), "market-hall")] == ["closed"]


@pytest.mark.parametrize(
    ("odd", "unreadable"), [('2026-03-09,,note,"a quote', 0), ("2026-03-09,,note," + "x" * 200_000, 1)]
)
def test_an_odd_line_takes_no_other_with_it(odd: str, unreadable: int) -> None:
    notes = parse(f"2026-03-08,,note,before\n{odd}\n2026-03-10,,closed,behind\n")
    assert [note.text for note in notes.notes if note.day.day != 9] == ["before", "behind"]
    assert notes.unreadable == unreadable


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    assert [note.text for note in parse(f"{text}\n2026-03-10,,closed,behind\n").notes][-1:] != []


def test_the_file_is_read_again_when_it_changes_and_may_be_missing(tmp_path: Path) -> None:
    file = NotesFile(tmp_path)
    assert file.read() == Notes()
    (tmp_path / "notes.csv").write_text(TEXT, encoding="utf-8")
    assert len(file.read().notes) == 2
    (tmp_path / "notes.csv").unlink()
    assert file.read() == Notes()
