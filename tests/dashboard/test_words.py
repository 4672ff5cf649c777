"""Every word a person reads is in the catalogue, in every language."""

import re

import pytest

from dashboard.app import PAGE
from dashboard.words import LANGUAGES, Words
from local.child import ROOT

ENGLISH = Words.load("en").texts
KEY = re.compile(r"""(?<![\w.])(?:t|words\.say)\(\s*["']([\w.]*\w)["']""")
ATTRIBUTE = re.compile(r'data-t(?:-label)?="([^"]+)"')


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_every_text_with_the_same_places(language: str) -> None:
    texts = Words.load(language).texts
    assert texts.keys() == ENGLISH.keys()
    for key, text in texts.items():
        assert text
        assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", ENGLISH[key])), key


def test_every_text_that_is_asked_for_exists() -> None:
    asked = set()
    for file in [*PAGE.glob("*.js"), *PAGE.glob("*.html"), *(ROOT / "dashboard").glob("report*.py")]:
        text = file.read_text()
        asked |= {*KEY.findall(text), *ATTRIBUTE.findall(text)}
    assert len(asked) > 100
    assert not {key for key in asked if key not in ENGLISH and f"{key}.one" not in ENGLISH}


def test_the_page_itself_has_no_words() -> None:
    """Between tags stand signs and names only."""
    for file in PAGE.glob("*.html"):
        body = file.read_text().partition("<body>")[2]
        words = {text.strip() for text in re.findall(r">([^<>]+)<", body)} - {""}
        assert words <= {"–", "‹", "›", "0", "Footfall", "English", "Deutsch"}


def test_an_abbreviation_at_the_end_of_a_sentence_ends_it() -> None:
    said = Words.load("de").say("heat.caption", measure="Besucher", first="Mo., 2. Nov.", last="So., 29. Nov.")
    assert said.endswith("So., 29. Nov.")
    assert not said.endswith("..")


def test_numbers_and_days_are_written_as_the_language_does() -> None:
    english, german = Words.load("en"), Words.load("de")
    assert (english.number(1234.5, 1), german.number(1234.5, 1)) == ("1,234.5", "1.234,5")
    assert english.period("2026-03-09", "2026-03-10") == "Mon 9 Mar 2026 – Tue 10 Mar 2026"
    assert german.period("2026-03-10", "2026-03-10") == "Di, 10. März 2026"
    assert german.percent(0.125, 1) == "12,5\u202f%"
