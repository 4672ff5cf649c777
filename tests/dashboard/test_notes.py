"""Notes on days, from a file that people write by hand."""

from datetime import date
from pathlib import Path

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


def test_the_file_is_read_again_when_it_changes_and_may_be_missing(tmp_path: Path) -> None:
    file = NotesFile(tmp_path)
    assert file.read() == Notes()
    (tmp_path / "notes.csv").write_text(TEXT, encoding="utf-8")
    assert len(file.read().notes) == 2
    (tmp_path / "notes.csv").unlink()
    assert file.read() == Notes()
