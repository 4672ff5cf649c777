"""All words that a person reads, by language: `words/<language>.json`, shared by the page and the report."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("words")
LANGUAGES = ("en", "de")
_NARROW = "\u202f"
"""Between a number and its sign."""


@dataclass(frozen=True)
class Words:
    """One language's catalogue."""

    language: str
    texts: Mapping[str, str]

    @staticmethod
    def load(language: str) -> "Words":
        """Read a catalogue."""
        return Words(language, json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8")))

    def say(self, key: str, **values: Any) -> str:
        """A text with its `{places}` filled; with `n`, the form for that number (`key.one`, `key.other`)."""
        if "n" in values and f"{key}.one" in self.texts:
            key = f"{key}.one" if values["n"] == 1 else f"{key}.other"
        text = self.texts[key]
        for name, value in values.items():
            said = self.number(value) if isinstance(value, int | float) else str(value)
            if said.endswith("."):
                # An abbreviation at the end of a sentence ends it too: "29. Nov."
                text = text.replace(f"{{{name}}}.", said)
            text = text.replace(f"{{{name}}}", said)
        return text

    def number(self, value: float | None, digits: int = 0) -> str:
        """A count or amount as the language writes it; a dash for none."""
        if value is None:
            return "–"
        text = f"{value:,.{digits}f}".replace("-", "−")
        return text.translate(str.maketrans(",.", ".,")) if self.language == "de" else text

    def percent(self, share: float | None, digits: int = 0) -> str:
        """A share of 1."""
        return "–" if share is None else f"{self.number(100 * share, digits)}{_NARROW}%"

    def day(self, day: date, *, year: bool = True) -> str:
        """A date with its weekday."""
        weekday = self.texts[f"weekday.{day.isoweekday()}"]
        month = self.texts[f"month.{day.month}"]
        key = "date.long" if year else "date.short"
        return self.texts[key].format(weekday=weekday, day=day.day, month=month, year=day.year)

    def period(self, first: str, last: str) -> str:
        """A day, or from one to another."""
        start, end = date.fromisoformat(first), date.fromisoformat(last)
        return self.day(start) if start == end else f"{self.day(start)} – {self.day(end)}"

    def bucket(self, start: str) -> str:
        """The start of an hour (`hh:mm`) or a day."""
        return start[11:16] if "T" in start else self.day(date.fromisoformat(start), year=False)

    def moment(self, at: datetime) -> str:
        """A date and time."""
        return f"{self.day(at.date())}, {at:%H:%M}"
