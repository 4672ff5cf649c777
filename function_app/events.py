"""The visit event: all that leaves the premises."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from function_app.faces import VisitKind
from function_app.pictures import PLACE

SCHEMA: Literal["footfall.visit/1"] = "footfall.visit/1"
LONGEST_VISIT_SECONDS = 30 * 24 * 3600
SENTIMENTS = tuple(step / 10 for step in range(-10, 11))

AgeBand = Literal["0-12", "13-17", "18-24", "25-34", "35-44", "45-54", "55-64", "65+", "unknown"]
Gender = Literal["female", "male", "unknown"]
Emotion = Literal["anger", "contempt", "disgust", "fear", "happiness", "neutral", "sadness", "surprise", "unknown"]


def _a_tenth(value: float) -> float:
    if value not in SENTIMENTS:
        raise ValueError("must be a whole number of tenths from -1.0 to 1.0")
    return value


Place = Annotated[str, StringConstraints(pattern=f"^{PLACE}$", max_length=63)]
UtcSecond = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$")]
Sentiment = Annotated[float, AfterValidator(_a_tenth), Field(json_schema_extra={"enum": list(SENTIMENTS)})]


class VisitEvent(BaseModel):
    """One face seen at one moment, as an anonymized event. Field by field: docs/privacy.md."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        title="footfall.visit/1",
    )

    schema_: Literal["footfall.visit/1"] = Field(SCHEMA, alias="schema", description="This format and its version.")
    event_id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")] = Field(
        description="Keyed hash of the picture and the face's number: the same on a retry, meaningless without the key."
    )
    store: Place = Field(description="From the picture's name.")
    camera: Place = Field(description="From the picture's name.")
    seen_at: UtcSecond = Field(description="When the picture was taken, UTC, cut to whole seconds.")
    visit: VisitKind = Field(description="First visit, an earlier visitor, seen before in this visit, or not known.")
    dwell_seconds: int = Field(
        ge=0, le=LONGEST_VISIT_SECONDS, description="Since first seen in this visit; 0 unless `visit` is `present`."
    )
    age_band: AgeBand = Field(description="A band of years, never the age.")
    gender: Gender = Field(description="As the model sees it.")
    emotion: Emotion = Field(description="The strongest one only.")
    sentiment: Sentiment = Field(description="-1.0 (bad) to 1.0 (good) in steps of 0.1; 0.0 if unknown.")

    def to_json(self) -> str:
        """The event as it goes to Event Hubs."""
        return self.model_dump_json(by_alias=True)
