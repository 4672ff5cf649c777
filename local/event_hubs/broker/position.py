"""Where a reader starts: the filter that Event Hubs clients send with a receiver."""

import operator
import re
from dataclasses import dataclass

from local.event_hubs.broker.record import StoredEvent
from local.event_hubs.broker.segment import Field
from local.event_hubs.errors import Refused

ARGUMENT_ERROR = "com.microsoft:argument-error"
_SELECTOR = re.compile(
    r"\s*amqp\.annotation\.x-opt-(offset|sequence-number|enqueued-time)(?:-utc)?\s*(>=?)\s*'([^']{0,40})'\s*"
)
_FIELDS: dict[str, Field] = {
    "offset": operator.attrgetter("offset"),
    "sequence-number": operator.attrgetter("sequence"),
    "enqueued-time": operator.attrgetter("enqueued_ms"),
}


@dataclass(frozen=True)
class Position:
    """Events whose `field` is greater than `value`; with no field, only what is still to come."""

    field: Field | None
    value: int
    name: str = ""
    supplied: str = ""
    """How the client named the field, and the number it gave."""

    def check_reached(self, last: StoredEvent | None) -> None:
        """Raises Refused for a number that the partition, whose newest event is `last`, has not come to.

        Such a number was kept from before the hub was emptied: a reader would wait in silence, and miss what comes.
        """
        if self.field is None or self.name == "enqueued-time":
            return
        newest = self.field(last) if last else -1
        if self.value > newest:
            name = self.name.replace("-", " ")
            raise Refused(
                ARGUMENT_ERROR,
                f"The supplied {name} '{self.supplied}' is invalid. The last {name} in the system is '{newest}'.",
            )


EARLIEST = Position(_FIELDS["sequence-number"], -1, "sequence-number", "-1")
LATEST = Position(None, 0)


def position(selector: str | None) -> Position:
    """Read a selector as `amqp.annotation.x-opt-offset > '123'`; none means from the beginning. Raises Refused."""
    if not selector:
        return EARLIEST
    match = _SELECTOR.fullmatch(selector)
    if match is None:
        raise Refused(ARGUMENT_ERROR, "The filter of the receiver is not understood.")
    name, comparison, text = match.groups()
    if text == "@latest":
        return LATEST
    if not re.fullmatch(r"-?\d{1,19}", text):
        raise Refused(ARGUMENT_ERROR, f"The {name} of the receiver's filter is no whole number.")
    return Position(_FIELDS[name], int(text) - (comparison == ">="), name, text)
