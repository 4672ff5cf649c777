"""What one camera's pool holds: written as a whole, so that each change happens or doesn't."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, ConfigDict

from function_app.moments import Span

MOST_SEEN = 1024
"""How many blobs back a repeat is known. A camera uploads in order, so a repeat follows soon after the first."""
SEEN_DIGITS = 12


class Part(BaseModel):
    """Base of what is kept. Frozen."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Bag(Part):
    """Counts that lie after `since` and at `until` at the latest; `made_of` stands for all that went in."""

    since: datetime
    until: datetime
    made_of: str = ""
    company: int = 0
    counts: dict[str, int] = {}


class Slot(Part):
    """The most faces of one picture until a moment: for telling people apart where nobody is recognised."""

    until: datetime
    most: int


class Day(Part):
    """The faces of one of a store's days that have not left yet: of all kinds together, and by split.

    `leaves_at`: when those together will leave, once there are enough of them.
    """

    end: datetime
    touched: datetime
    people: Bag
    splits: dict[str, Bag]
    slot: Slot | None = None
    leaves_at: datetime | None = None


class PlaceHour(Part):
    """The doings at one line or zone within an hour that have not left yet. `leaves_at`: see Day."""

    place: str
    kind: str
    start: datetime
    end: datetime
    touched: datetime
    bag: Bag
    leaves_at: datetime | None = None


class Outgoing(Part):
    """A message that may leave, and stays until Event Hubs has acknowledged it."""

    id: str
    body: str


class CameraPool(Part):
    """One camera's pool. `seen`: the last blobs that went in, by the first digits of their ids."""

    store: str
    camera: str
    seen: tuple[str, ...] = ()
    days: dict[str, Day] = {}
    hours: dict[str, PlaceHour] = {}
    outbox: tuple[Outgoing, ...] = ()

    def has_seen(self, blob_id: str) -> bool:
        """Whether this blob's counts are in already."""
        return blob_id[:SEEN_DIGITS] in self.seen

    def having_seen(self, blob_id: str) -> Self:
        """The same, with this blob's counts in."""
        return self.model_copy(update={"seen": (*self.seen, blob_id[:SEEN_DIGITS])[-MOST_SEEN:]})

    def sending(self, *messages: Outgoing) -> Self:
        """The same, with more to send."""
        return self.model_copy(update={"outbox": (*self.outbox, *messages)})

    def acknowledged(self, ids: frozenset[str]) -> Self:
        """The same, without what Event Hubs has taken."""
        if not any(message.id in ids for message in self.outbox):
            return self
        return self.model_copy(update={"outbox": tuple(each for each in self.outbox if each.id not in ids)})


def empty_bag(span: Span) -> Bag:
    """Nothing yet: `since` the span's start."""
    return Bag(since=span.start, until=span.start)
