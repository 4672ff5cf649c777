"""Traffic: what a camera counted at its lines and zones, checked row by row on its way from the blob to the hub."""

from datetime import datetime, timedelta
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError, model_validator

from function_app import moments
from function_app.errors import TrafficInvalid
from function_app.names import PLACE, Traffic
from function_app.tally import Count, GridTime, Id, Message, Name

MAX_BYTES = 1024 * 1024
MAX_ROWS = 4096
HEARTBEAT = timedelta(minutes=1)
LONGEST_BLOB, LEAD = timedelta(hours=1), timedelta(minutes=1)
"""How much earlier, and later, than its blob's name says a row may end: a blob holds the rows of `TrafficSeconds`."""

Kind = Literal["entrance", "passage", "zone"]


class Heartbeat(Message):
    """A camera watched: one row a minute, alike whether anything was counted or not."""

    model_config = ConfigDict(title="footfall.traffic/1, heartbeat")

    schema_: Literal["footfall.traffic/1"] = Field(alias="schema", description="This format and its version.")
    tally_id: Id = Field(description="The same for the same row.")
    store: Name = Field(description="The store's name.")
    camera: Name = Field(description="The camera's name.")
    window_end: GridTime = Field(description="The minute up to this time, UTC.")
    watched_seconds: Annotated[float, Field(ge=0, le=60, allow_inf_nan=False)] = Field(
        description="How much of the minute the camera gave pictures."
    )

    def departing(self) -> "DepartingHeartbeat":
        """As it leaves."""
        start = moments.moment(self.window_end) - HEARTBEAT
        return DepartingHeartbeat.model_validate({**self.model_dump(), "window_start": moments.text(start)})


class Crossings(Message):
    """What was counted at one line or zone in the quarter minute up to `windowEnd`."""

    model_config = ConfigDict(title="footfall.traffic/1, place")

    schema_: Literal["footfall.traffic/1"] = Field(alias="schema", description="This format and its version.")
    tally_id: Id = Field(description="The same for the same row.")
    store: Name = Field(description="The store's name.")
    camera: Name = Field(description="The camera's name.")
    window_end: GridTime = Field(description="The counts lie before or at this time, UTC.")
    place: Annotated[str, StringConstraints(pattern=f"^{PLACE}$")] = Field(description="The line's or zone's name.")
    kind: Kind = Field(description="What the place is.")
    count_in: Count = Field(0, description="Crossings to the right hand of one who walks the line.")
    count_out: Count = Field(0, description="Crossings the other way.")
    in_day: Count = Field(0, description="Crossings in since the store's day began.")
    out_day: Count = Field(0, description="Crossings out since the store's day began.")
    people_max: Count = Field(0, description="The most people at once.")
    stays: Count = Field(0, description="Stays that ended, of at least the zone's `staySeconds`.")
    stays15: Count = Field(0, alias="stays15", description="Of these, of at least 15 s.")
    stays60: Count = Field(0, alias="stays60", description="Of these, of at least 60 s.")
    stays300: Count = Field(0, alias="stays300", description="Of these, of at least 300 s.")

    @model_validator(mode="after")
    def _bands_nest(self) -> Self:
        if not self.stays >= self.stays15 >= self.stays60 >= self.stays300:
            raise ValueError("more long stays than stays")
        return self

    @property
    def company(self) -> int:
        """How many doings of people it holds: crossings of a line, stays in a zone."""
        return self.stays if self.kind == "zone" else self.count_in + self.count_out

    def departing(self, start: datetime) -> "DepartingCrossings":
        """As it leaves: the counts lie after `start`."""
        return DepartingCrossings.model_validate({**self.model_dump(), "window_start": moments.text(start)})


class DepartingHeartbeat(Heartbeat):
    """A heartbeat as it goes to Event Hubs."""

    window_start: GridTime = Field(description="A minute before `windowEnd`.")

    def to_json(self) -> str:
        """All fields."""
        return self.model_dump_json(by_alias=True)


class DepartingCrossings(Crossings):
    """What was counted at one place between two times, as it goes to Event Hubs: one quarter minute, or a pool."""

    window_start: GridTime = Field(description="The counts lie after this time, UTC.")

    def to_json(self) -> str:
        """All fields, zeros too."""
        return self.model_dump_json(by_alias=True)


Row = Crossings | Heartbeat
_ROWS = TypeAdapter(Annotated[list[Row], Field(max_length=MAX_ROWS)])


def read_rows(blob: Traffic, content: bytes) -> list[Row]:
    """A traffic blob's rows, checked against the contract and against the blob's name. Raises TrafficInvalid."""
    try:
        rows = _ROWS.validate_json(content)
    except ValidationError:
        raise TrafficInvalid("the traffic breaks its contract") from None
    for row in rows:
        end = moments.moment(row.window_end)
        if (row.store, row.camera) != (blob.store, blob.camera):
            raise TrafficInvalid("the traffic is not of the camera that its name says")
        if not blob.written_at - LONGEST_BLOB < end <= blob.written_at + LEAD:
            raise TrafficInvalid("the traffic is not of the time that its name says")
    return rows
