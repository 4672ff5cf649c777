"""The tally: all that leaves the premises of faces. A bag of counts, which may be added to any other."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from function_app import moments
from function_app.names import PLACE

SCHEMA: Literal["footfall.tally/1"] = "footfall.tally/1"
MOST = 1_000_000


def _on_the_grid(text: str) -> str:
    if moments.moment(text).second % 15:
        raise ValueError("is not on the 15-second grid")
    return text


Name = Annotated[str, StringConstraints(pattern=f"^{PLACE}$", max_length=63)]
Id = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
GridTime = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:(00|15|30|45)Z$"),
    AfterValidator(_on_the_grid),
]
Count = Annotated[int, Field(ge=0, le=MOST, strict=True)]


class Message(BaseModel):
    """What all that leaves has in common. Frozen; unknown fields are refused; zeros are left out of the JSON."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, validate_by_name=True, validate_by_alias=True
    )

    def to_json(self) -> str:
        """As it goes to Event Hubs."""
        return self.model_dump_json(by_alias=True, exclude_defaults=True)


class Tally(Message):
    """Counts of faces at one camera between two times. Field by field: docs/privacy.md."""

    model_config = ConfigDict(title="footfall.tally/1")

    schema_: Literal["footfall.tally/1"] = Field(alias="schema", description="This format and its version.")
    tally_id: Id = Field(
        description="Keyed hash of what was counted: the same on a retry, meaningless without the key."
    )
    store: Name = Field(description="From the pictures' names.")
    camera: Name = Field(description="From the pictures' names.")
    window_start: GridTime = Field(description="The counts lie after this time, UTC, …")
    window_end: GridTime = Field(description="… and at this time at the latest.")
    faces: Count = Field(0, description="Faces in pictures; one person is in several.")
    display_visitors: Count = Field(0, description="Visitors of this display: each counts once a visit and camera.")
    visitors: Count = Field(0, description="Visitors of the store: each counts once a visit, at the first camera.")
    new_visitors: Count = Field(0, description="Of the visitors, those who were not remembered.")
    returning_visitors: Count = Field(0, description="Of the visitors, those remembered from an earlier visit.")
    female: Count = Field(0, description="Of the display visitors, as the model sees them.")
    male: Count = Field(0, description="Of the display visitors, as the model sees them.")
    age0to12: Count = Field(0, alias="age0to12", description="Of the display visitors, by estimated age in years.")
    age13to17: Count = Field(0, alias="age13to17", description="As above.")
    age18to24: Count = Field(0, alias="age18to24", description="As above.")
    age25to34: Count = Field(0, alias="age25to34", description="As above.")
    age35to44: Count = Field(0, alias="age35to44", description="As above.")
    age45to54: Count = Field(0, alias="age45to54", description="As above.")
    age55to64: Count = Field(0, alias="age55to64", description="As above.")
    age65plus: Count = Field(0, alias="age65plus", description="As above.")
    anger: Count = Field(0, description="Of the faces, by their strongest emotion.")
    contempt: Count = Field(0, description="As above.")
    disgust: Count = Field(0, description="As above.")
    fear: Count = Field(0, description="As above.")
    happiness: Count = Field(0, description="As above.")
    neutral: Count = Field(0, description="As above.")
    sadness: Count = Field(0, description="As above.")
    surprise: Count = Field(0, description="As above.")
    sentiment_tenths: Annotated[int, Field(ge=-10 * MOST, le=10 * MOST, strict=True)] = Field(
        0, description="Sum over the faces of -10 (bad) to 10 (good)."
    )
    withheld: Count = Field(
        0, description="How many of those that this tally's kinds part are in kinds too small to be told."
    )

    @classmethod
    def of(cls, tally_id: str, store: str, camera: str, span: moments.Span, counts: Mapping[str, int]) -> Self:
        """A tally of `counts`, by the names of `function_app.columns`; those that are 0 may be left out."""
        return cls.model_validate(
            {
                "schema": SCHEMA,
                "tallyId": tally_id,
                "store": store,
                "camera": camera,
                "windowStart": moments.text(span.start),
                "windowEnd": moments.text(span.end),
                **counts,
            }
        )

    def counts(self) -> dict[str, int]:
        """The counts that are not 0, by name."""
        fields = self.model_dump(by_alias=True, exclude_defaults=True)
        return {name: value for name, value in fields.items() if isinstance(value, int)}

    @property
    def end(self) -> datetime:
        """`window_end` as a moment."""
        return moments.moment(self.window_end)
