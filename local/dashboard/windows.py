"""The window row (`docs/architecture.md`): its columns, and how they add up."""

from datetime import timedelta
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from local.dashboard.errors import RowUnreadable

WINDOW = timedelta(seconds=15)
AGES = (
    "age0to12",
    "age13to17",
    "age18to24",
    "age25to34",
    "age35to44",
    "age45to54",
    "age55to64",
    "age65plus",
)
EMOTIONS = ("anger", "contempt", "disgust", "fear", "happiness", "neutral", "sadness", "surprise")
PARTS = {
    "visits": ("newVisitors", "returningVisitors"),
    "gender": ("female", "male", "genderUnknown"),
    "ages": (*AGES, "ageUnknown"),
    "emotions": (*EMOTIONS, "emotionUnknown"),
}
"""Columns that split one total: `visitors`, except for `emotions`, which split `faces`. The last of each of the
lower three is not in the row; it is what the others leave."""


def _column(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


Place = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
Count = Annotated[int, Field(ge=0, le=1_000_000)]


class WindowRow(BaseModel):
    """What one camera saw in the 15 seconds up to `window_end`."""

    model_config = ConfigDict(frozen=True, alias_generator=_column, extra="ignore")

    window_end: AwareDatetime
    store: Place
    camera: Place
    faces: Count
    visitors: Count
    new_visitors: Count
    returning_visitors: Count
    female: Count
    male: Count
    age0to12: Count
    age13to17: Count
    age18to24: Count
    age25to34: Count
    age35to44: Count
    age45to54: Count
    age55to64: Count
    age65plus: Count
    anger: Count
    contempt: Count
    disgust: Count
    fear: Count
    happiness: Count
    neutral: Count
    sadness: Count
    surprise: Count
    avg_sentiment: Annotated[float, Field(ge=-1, le=1)] | None
    avg_dwell_seconds: Annotated[float, Field(ge=0)] | None

    def counts(self) -> dict[str, int]:
        """All counts by column name, with the unknown ones worked out (never below 0)."""
        row = self.model_dump(
            by_alias=True, exclude={"window_end", "store", "camera", "avg_sentiment", "avg_dwell_seconds"}
        )
        left = {
            "genderUnknown": row["visitors"] - row["female"] - row["male"],
            "ageUnknown": row["visitors"] - sum(row[age] for age in AGES),
            "emotionUnknown": row["faces"] - sum(row[emotion] for emotion in EMOTIONS),
        }
        return row | {name: max(0, count) for name, count in left.items()}


Release = dict[str, Any]
"""What leaves for the page, by column name: a window's figures, or those of several pooled; None is withheld."""


def read_row(line: bytes) -> WindowRow:
    """Parse one line. Raises RowUnreadable."""
    try:
        return WindowRow.model_validate_json(line)
    except ValidationError as error:
        where = ", ".join(sorted({".".join(map(str, fault["loc"])) or "line" for fault in error.errors()})[:3])
        raise RowUnreadable(f"not a window row: {where}") from None
